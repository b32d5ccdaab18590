import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = new URL('../../../shared/data/ml/cmapss/', import.meta.url)

export const trainingSet = fileURLToPath(new URL('train_FD001.txt.gz', folder))
export const testSet = fileURLToPath(new URL('test_FD001.txt.gz', folder))
export const hasDataSet = existsSync(trainingSet) && existsSync(testSet)
