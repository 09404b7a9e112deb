/** `dishu forest train|predict`: a random forest from samples and covariates, and a map by it. */
import { predictForest } from './forest-predict.ts'
import { trainForest } from './forest-train.ts'
import { EXIT, type Exit, languageOfTerminal } from './terminal.ts'

export async function forest(words: readonly string[]): Promise<Exit> {
  const [what, ...others] = words
  if (what === 'train') return trainForest(others)
  if (what === 'predict') return predictForest(others)
  process.stderr.write(
    languageOfTerminal() === 'zh'
      ? '用法：dishu forest train SAMPLES.csv … 或 dishu forest predict MODEL.json RASTER …（见 dishu forest --help）\n'
      : 'Usage: dishu forest train SAMPLES.csv … or dishu forest predict MODEL.json RASTER … (see dishu forest --help)\n',
  )
  return EXIT.usage
}
