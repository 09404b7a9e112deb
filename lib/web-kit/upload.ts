import { Failure, type RefusalView } from './read.ts'
import { settings } from './settings.ts'

/** Sends files with word of how far it is, which fetch cannot say; `stop` takes it back. */
export function upload<T>(
  path: string,
  files: readonly File[],
  onProgress: (sent: number, total: number) => void,
): { readonly done: Promise<T>; stop(): void } {
  const request = new XMLHttpRequest()
  const done = new Promise<T>((resolve, reject) => {
    request.open('POST', path)
    request.setRequestHeader('accept-language', settings().language)
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total)
    request.onerror = () => reject(new Failure('offline', 0, path, null))
    request.onabort = () => reject(new Failure('offline', 0, path, null))
    request.onload = () => {
      let body: unknown = null
      try {
        body = JSON.parse(request.responseText)
      } catch (cause) {
        return reject(new Failure('fault', request.status, path, null, cause))
      }
      if (request.status < 300) return resolve(body as T)
      const refusal = typeof body === 'object' && body !== null && 'message' in body ? (body as RefusalView) : null
      reject(new Failure(request.status < 500 && refusal ? 'refused' : 'fault', request.status, path, refusal))
    }
    const form = new FormData()
    for (const file of files) form.append('files', file, file.name)
    request.send(form)
  })
  return { done, stop: () => request.abort() }
}
