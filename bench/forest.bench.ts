/**
 * Random forest against scikit-learn, where python3 and scikit-learn are installed: CPU seconds to train 100 trees on 20,000 invented samples of 30 covariates, and to
 * predict 100,000 rows in no order (the worst case: neighbouring cells of an image are alike). Both on one core, with the same covariates tried at a node.
 *
 *   npm run bench -- forest
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { codesByColumn, thresholdsOf } from '@dishu/numeric/forest/codes'
import { joinTrees, predictRows } from '@dishu/numeric/forest/forest'
import { growTree } from '@dishu/numeric/forest/grow'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'

const option = (name: string, otherwise: number) =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise)
const ROUNDS = option('rounds', 2)
const N = option('samples', 20_000)
const P = 30
const TREES = 100
const REPEAT = 5
const PEER = `
import sys, time, numpy as np
from sklearn.ensemble import RandomForestRegressor, RandomForestClassifier
d, n, p, trees, tried, leaf, classes, repeat = sys.argv[1], *map(int, sys.argv[2:])
x = np.fromfile(d + '/x.f64').reshape(n, p); y = np.fromfile(d + '/y.f64'); fresh = np.fromfile(d + '/fresh.f64').reshape(n, p); truth = np.fromfile(d + '/truth.f64')
m = (RandomForestClassifier if classes else RandomForestRegressor)(trees, max_features=tried, min_samples_leaf=leaf, n_jobs=1, random_state=0)
t = time.process_time(); m.fit(x, y); a = time.process_time() - t
q = np.vstack([fresh] * repeat).astype(np.float32)
t = time.process_time(); r = (m.predict_proba if classes else m.predict)(q); b = time.process_time() - t
e = np.mean(m.classes_[np.argmax(r[:n], 1)] != truth) if classes else np.sqrt(np.mean((r[:n] - truth) ** 2))
print(a, b, e)
`
const folder = mkdtempSync(join(tmpdir(), 'dishu-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
// the system's own python, where one of another place lies before it in the path
const python = ['/usr/bin/python3', 'python3'].find((each) => spawnSync(each, ['-c', 'import sklearn']).status === 0)
console.log(`${cpus().length} cores, load ${loadavg()[0].toFixed(1)}; ${TREES} trees, ${N} samples of ${P} covariates`)
if (!python) console.log('scikit-learn is not installed: no peer to compare with')

function invented(seed: number) {
  const random = seededRandom(seed)
  const columns = Array.from({ length: P }, () => Float64Array.from({ length: N }, () => gaussian(random)))
  const [a, b, c, d] = columns
  const response = Float64Array.from({ length: N }, (_, i) => 3 * Math.sin(a[i]) + b[i] * c[i] + d[i] + 0.5 * gaussian(random))
  return { columns, response, rows: Float64Array.from({ length: N * P }, (_, k) => columns[k % P][Math.floor(k / P)]) }
}
const samples = invented(1)
const fresh = invented(2)
const many = new Float64Array(REPEAT * N * P)
for (let k = 0; k < REPEAT; k++) many.set(fresh.rows, k * N * P)
const graded = (values: Float64Array) => values.map((value) => (value < -1 ? 0 : value < 1 ? 1 : 2))

for (const { name, tried, leaf, classes } of [
  { name: 'regression, leaves of 1', tried: 10, leaf: 1, classes: 0 },
  { name: 'regression, leaves of 5', tried: 10, leaf: 5, classes: 0 },
  { name: 'three classes', tried: 5, leaf: 1, classes: 3 },
]) {
  const [response, truth] = [samples.response, fresh.response].map((values) => (classes > 0 ? graded(values) : values))
  const width = Math.max(1, classes)
  const grow = () => {
    const thresholds = thresholdsOf(samples.columns)
    const training = { count: N, covariates: P, codes: codesByColumn(samples.columns, thresholds), response, classes }
    const trees = Array.from({ length: TREES }, (_, t) => growTree(training, t, { tried, leaf, seed: 1 }))
    return joinTrees(trees, thresholds, classes)
  }
  const forest = grow()
  const out = new Float64Array(REPEAT * N * width)
  const training = least(grow)
  const prediction = least(() => predictRows(forest, many, out))
  const wrong = (i: number) => {
    const shares = out.subarray(i * width, (i + 1) * width)
    return classes > 0 ? Number(shares.indexOf(Math.max(...shares)) !== truth[i]) : (out[i] - truth[i]) ** 2
  }
  const sum = truth.reduce((total, _, i) => total + wrong(i), 0) / N
  const error = classes > 0 ? sum : Math.sqrt(sum)
  const own = `${name}: training ${training.toFixed(1)} CPU s, ${REPEAT * N} rows ${prediction.toFixed(2)}, error on new samples ${error.toFixed(3)}`
  if (!python) {
    console.log(own)
    continue
  }
  for (const [file, values] of Object.entries({ x: samples.rows, y: response, fresh: fresh.rows, truth }))
    writeFileSync(join(folder, `${file}.f64`), values)
  writeFileSync(join(folder, 'peer.py'), PEER)
  const runs = Array.from({ length: ROUNDS }, () => {
    const words = [join(folder, 'peer.py'), folder, ...[N, P, TREES, tried, leaf, classes, REPEAT].map(String)]
    return spawnSync(python, words, { encoding: 'utf8' }).stdout.trim().split(' ').map(Number)
  })
  const [theirTraining, theirPrediction] = [0, 1].map((k) => Math.min(...runs.map((run) => run[k])))
  console.log(
    `${own}; scikit-learn ${theirTraining.toFixed(1)}, ${theirPrediction.toFixed(2)}, ${runs[0][2].toFixed(3)}: ` +
      `training ${(training / theirTraining).toFixed(2)} × its time, prediction ${(theirPrediction / prediction).toFixed(2)} × as fast`,
  )
}

/** The least of the CPU seconds of some runs. */
function least(body: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const began = process.cpuUsage()
    body()
    const used = process.cpuUsage(began)
    return (used.user + used.system) / 1e6
  })
  return Math.min(...times)
}
