// Draws the registry's growth curves from docs/benchmarks/registry.json.
// node bench/registryCurves.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawLines } from './peers/draw.mjs'

const folder = join(import.meta.dirname, '../docs/benchmarks')
const { index } = JSON.parse(
  readFileSync(join(folder, 'registry.json'), 'utf8'),
)
const line = (name, read) => ({
  name,
  points: index.map((run) => [run.agents, read(run)]),
})
const draw = (file, options) =>
  writeFileSync(join(folder, file), drawLines({ xLabel: 'agents', ...options }))

draw('registry-search.svg', {
  title: 'A search as the registry grows',
  yLabel: 'processor ms, median',
  lines: [
    line('words', (run) => run.words10.processorP50Ms),
    line('words and meaning', (run) => run.meaning.processorP50Ms),
    line('filter', (run) => run.filter.processorP50Ms),
    line('name', (run) => run.name.processorP50Ms),
  ],
})
draw('registry-memory.svg', {
  title: 'What the process weighs',
  yLabel: 'MB',
  lines: [line('process', (run) => run.processMemoryMb)],
})
draw('registry-start.svg', {
  title: 'Until the index is there (work)',
  yLabel: 'seconds',
  lines: [
    line('built', (run) => run.buildSeconds),
    line(
      'read from the file',
      (run) => run.snapshot.readProcessorSeconds ?? run.snapshot.readSeconds,
    ),
  ],
})
