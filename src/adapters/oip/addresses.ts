import { type ModelRef, PredictorError } from '../../prediction/runtime.ts'

/** Where a model's `/ready`, `/infer`, or metadata ('') are. Throws `PredictorError` BAD_MODEL for what is no address of a server. */
export function addressOf({ url, model, version }: ModelRef & { readonly kind: 'remote' }, path: '/ready' | '/infer' | ''): URL {
  const base = URL.parse(url)
  if (base === null || !['http:', 'https:'].includes(base.protocol)) throw refused(url, 'it takes an address that begins with http:// or https://')
  if (base.username !== '' || base.password !== '') throw refused(base.host, 'names and passwords do not belong in an address, which everybody sees')
  if (base.search !== '' || base.hash !== '') throw refused(url, 'it takes what stands before /v2')
  const segments = version === undefined ? [model] : [model, 'versions', version]
  if (segments.some((each) => ['', '.', '..'].includes(each))) throw refused(url, `${JSON.stringify(model)}${version === undefined ? '' : `, version ${JSON.stringify(version)},`} is no name of a model`)
  base.pathname = [base.pathname.replace(/\/+$/, ''), 'v2/models', ...segments.map(encodeURIComponent)].join('/') + path
  return base
}

const refused = (url: string, why: string): PredictorError => new PredictorError('BAD_MODEL', `${JSON.stringify(url.slice(0, 500))} is no address of an inference server: ${why}.`)
