// Writes docs/errors.md from the registries in the code; `--check` fails where it is not current.
import { readFile, writeFile } from 'node:fs/promises'
import { errorDocs } from '../src/graphql/error-docs.ts'

const file = new URL('../docs/errors.md', import.meta.url)
const text = errorDocs()
if (!process.argv.includes('--check')) await writeFile(file, text)
else if (await readFile(file, 'utf8').catch(() => '') !== text) throw new Error('docs/errors.md is not current. Run: npm run docs:errors')
