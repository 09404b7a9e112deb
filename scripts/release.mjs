// `node scripts/release.mjs`: what is handed on, as one file that two clean builds give byte for byte, with its digest and a signature.
//   --key=FILE      the Ed25519 private key (PEM) to sign with; without one nothing is signed
//   --out=FOLDER    where it is put; dist by default
//   --twice         builds the pages twice, in folders of their own, and ends with 1 where they differ
//   --new-key=FILE  makes a key: FILE for the releaser alone, FILE.pub to be handed to offices on another way than the release
//   --verify=FILE --public=KEY   whether FILE is what the holder of KEY released
import { spawnSync } from 'node:child_process'
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { environmentFor, ROOT, setup } from './setup.mjs'

/** What an office needs to run it; tests and benches stay with the sources. */
const SHIPPED = [
  'package.json',
  'package-lock.json',
  'README.md',
  'LICENSE',
  'NOTICE',
  'SECURITY.md',
  'CHANGELOG.md',
  'tsconfig.json',
  'lib',
  'domain',
  'apps',
  'scripts',
  'docs',
  'bench/package.json',
]
const LEFT_OUT =
  /(?:^|\/)(?:node_modules|dist|fixtures|\.git)(?:\/|$)|\.(?:test|bench|testing|tmp)\.[cm]?[jt]sx?$|docs\/screens\/|(?:^|\/)\.[^/]*$/

const option = (name) => process.argv.find((word) => word === `--${name}` || word.startsWith(`--${name}=`))
const stated = (name) => option(name)?.split('=').slice(1).join('=')
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** Files below the places, by name in the order of their bytes. */
function filesOf(root, places) {
  const found = []
  const walk = (path) => {
    if (LEFT_OUT.test(relative(root, path).replaceAll('\\', '/'))) return
    if (!statSync(path).isDirectory()) return found.push(path)
    for (const name of readdirSync(path)) walk(join(path, name))
  }
  for (const place of places) if (existsSync(join(root, place))) walk(join(root, place))
  return found.map((path) => ({ name: relative(root, path).replaceAll('\\', '/'), bytes: () => readFileSync(path) }))
}

const octal = (value, length) => `${value.toString(8).padStart(length - 1, '0')}\0`

/** A POSIX ustar archive of files, the same for the same files: names in order, no times, no owners. */
export function archiveOf(files, top) {
  const blocks = []
  for (const { name, bytes } of [...files].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))) {
    const body = bytes()
    const path = `${top}/${name}`
    const cut = path.length <= 100 ? 0 : path.lastIndexOf('/', path.length > 255 ? 0 : 155)
    const [prefix, last] = cut === 0 ? ['', path] : [path.slice(0, cut), path.slice(cut + 1)]
    if (Buffer.byteLength(last) > 100 || Buffer.byteLength(prefix) > 155) throw new Error(`too long a name for the archive: ${path}`)
    const head = Buffer.alloc(512)
    head.write(last, 0)
    head.write(octal(/\.mjs$/.test(name) ? 0o755 : 0o644, 8), 100)
    head.write(octal(0, 8) + octal(0, 8) + octal(body.length, 12) + octal(0, 12), 108)
    head.write('        0', 148)
    head.write('ustar\0' + '00', 257)
    head.write(prefix, 345)
    head.write(
      `${head
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    )
    blocks.push(head, body, Buffer.alloc((512 - (body.length % 512)) % 512))
  }
  const packed = gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]), { level: 9 })
  packed[9] = 255 // the system it was packed on is nobody's business
  return packed
}

/** The pages, built into a folder of their own from the sources as they are. */
function buildPages(node, out) {
  const told = spawnSync(
    node,
    [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn', '--emptyOutDir', '--outDir', out],
    {
      cwd: join(ROOT, 'apps/web'),
      env: environmentFor(node),
      encoding: 'utf8',
    },
  )
  if (told.status !== 0) throw new Error(`the pages could not be built: ${told.stderr.slice(0, 2000)}`)
  return filesOf(
    out,
    readdirSync(out).filter((name) => !name.startsWith('.')),
  )
}

/** Whether a signature file is the key's over the archive. */
export function isSigned(archive, signature, publicKey) {
  try {
    const key = createPublicKey(publicKey)
    return key.asymmetricKeyType === 'ed25519' && verify(null, archive, key, Buffer.from(signature.trim(), 'base64'))
  } catch {
    return false
  }
}
export const signatureOf = (archive, privateKey) => sign(null, archive, createPrivateKey(privateKey)).toString('base64')

function release() {
  if (stated('new-key')) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    writeFileSync(stated('new-key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
    writeFileSync(`${stated('new-key')}.pub`, publicKey.export({ type: 'spki', format: 'pem' }), { flag: 'wx' })
    return 0
  }
  if (stated('verify')) {
    const file = stated('verify')
    const archive = readFileSync(file)
    const holds =
      existsSync(`${file}.sig`) && isSigned(archive, readFileSync(`${file}.sig`, 'utf8'), readFileSync(stated('public') ?? '', 'utf8'))
    console.log(`${holds ? 'ok  ' : 'BAD '} ${basename(file)} ${sha256(archive)}`)
    return holds ? 0 : 1
  }
  const node = setup()
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const out = stated('out') ?? join(ROOT, 'dist')
  const work = mkdtempSync(join(tmpdir(), 'dishu-release-'))
  try {
    const build = (name) => {
      const pages = buildPages(node, join(work, name)).map(({ name: file, bytes }) => ({ name: `apps/web/dist/${file}`, bytes }))
      return archiveOf([...filesOf(ROOT, SHIPPED), ...pages], `dishu-${version}`)
    }
    const archive = build('first')
    if (option('twice')) {
      const again = build('second')
      console.log(`${again.equals(archive) ? 'ok  ' : 'BAD '} two builds: ${sha256(archive)} ${sha256(again)}`)
      if (!again.equals(archive)) return 1
    }
    mkdirSync(out, { recursive: true })
    const file = join(out, `dishu-${version}.tgz`)
    writeFileSync(file, archive)
    writeFileSync(`${file}.sha256`, `${sha256(archive)}  ${basename(file)}\n`)
    if (stated('key')) writeFileSync(`${file}.sig`, `${signatureOf(archive, readFileSync(stated('key'), 'utf8'))}\n`)
    console.log(`ok   ${file} ${(archive.length / 1048576).toFixed(1)} MB ${sha256(archive)}${stated('key') ? ', signed' : ', not signed'}`)
    return 0
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = release()
