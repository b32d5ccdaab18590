/** Files of engines and predictors, named by the SHA-256 of their bytes, so that a name can never come to mean another file. */
export interface ArtifactStore {
  /** Stores the stream where its bytes have the name; else nothing is stored. Storing what is there is no work. */
  put(sha256: string, content: AsyncIterable<Uint8Array>, options: { readonly mostBytes: number; readonly signal?: AbortSignal | undefined }): Promise<ArtifactPut>
  /** Stores bytes of our own under the name they have. */
  keep(content: Uint8Array): Promise<string>
  /** Undefined where there is none. */
  size(sha256: string): Promise<number | undefined>
  read(sha256: string): Promise<Uint8Array | undefined>
  /** A path that engines can open; undefined where there is none. */
  path(sha256: string): Promise<string | undefined>
}

export type ArtifactPut =
  | { readonly kind: 'stored'; readonly bytes: number; readonly isNew: boolean }
  | { readonly kind: 'otherContent'; readonly actual: string }
  | { readonly kind: 'tooLarge' }

export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)
