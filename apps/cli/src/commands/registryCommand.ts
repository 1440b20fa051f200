import { createReadStream, type Stats, statSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { exitCodes, UsageError } from '../exitCodes.js'
import { type ImportSummary, importFile } from '../registry/importFile.js'
import {
  type ImportTarget,
  openImportTarget,
} from '../registry/openImportTarget.js'
import { readStackConfig } from '../stack/stackConfig.js'
import { toUserPath } from '../toUserPath.js'
import {
  registryAnchorsCommand,
  registryAttestCommand,
} from './registryAnchorsCommand.js'

const progressEveryMs = 1_000
const defaultWaitSeconds = 180
/** After so long the rate is known, and waiting in vain can be left. */
const judgeAfterMs = 5_000

/** `behest registry import | anchors | attest`: what the operator may do. */
export async function registryCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const [verb, ...rest] = commandArguments
  if (verb === 'anchors') return registryAnchorsCommand(rest)
  if (verb === 'attest') return registryAttestCommand(rest)
  if (verb !== 'import')
    throw new UsageError(
      'Say what to do with the registry: behest registry import <file.ndjson> | anchors | attest <agent>.',
    )
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: {
      'wait-seconds': { type: 'string', default: String(defaultWaitSeconds) },
      json: { type: 'boolean', default: false },
    },
  })
  const [typed, ...others] = positionals
  if (typed === undefined || others.length > 0)
    throw new UsageError('Give one file: behest registry import <file.ndjson>.')
  const path = toUserPath(typed)
  const waitSeconds = Number(values['wait-seconds'])
  if (!(waitSeconds >= 0))
    throw new UsageError('--wait-seconds must be a number from 0 up.')
  const { size } = readStats(path)

  const startedMs = performance.now()
  let isClosing = false
  const target = await openImportTarget({
    config: readStackConfig(process.env),
    environment: process.env,
    onError: (error) => {
      // What listens on the database is cut off by our leaving, and says so.
      if (!isClosing) console.error(String(error))
    },
  })
  try {
    const tell = createProgress()
    const summary = await importFile({
      chunks: createReadStream(path, { highWaterMark: 1 << 18 }),
      target,
      onProgress: ({ lines, refusedCount, bytesRead }) =>
        tell(
          `${lines} lines (${size === 0 ? 100 : Math.floor((100 * bytesRead) / size)} %), ${refusedCount} refused`,
        ),
    })
    const waitingForVectors = await waitForVectors({
      target,
      waitSeconds,
      tell,
    })
    const milliseconds = Math.round(performance.now() - startedMs)
    const answer = { ...summary, waitingForVectors, milliseconds }
    console.log(
      values.json ? JSON.stringify(answer, null, 2) : render(answer, target),
    )
    return summary.lines > 0 && summary.refusedCount === summary.lines
      ? exitCodes.failed
      : exitCodes.done
  } finally {
    isClosing = true
    await target.close()
  }
}

function readStats(path: string): Stats {
  let stats: Stats
  try {
    stats = statSync(path)
  } catch (error) {
    throw new UsageError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  if (stats.isDirectory()) throw new UsageError(`${path} is a folder.`)
  return stats
}

/**
 * Words are found at once; meaning needs a vector for each agent first. Waits
 * for the vectors where they will be there in time, and no longer than it takes
 * to see that they will not.
 *
 * @returns How many agents have none yet.
 */
async function waitForVectors(options: {
  readonly target: ImportTarget
  readonly waitSeconds: number
  readonly tell: (line: string) => void
}): Promise<number> {
  const { target, waitSeconds, tell } = options
  const startedMs = performance.now()
  const first = await target.countWaitingForVectors()
  let waiting = first
  while (waiting > 0) {
    const passedMs = performance.now() - startedMs
    const leftMs = waitSeconds * 1_000 - passedMs
    if (leftMs <= 0) return waiting
    const neededMs = (waiting * passedMs) / Math.max(1, first - waiting)
    if (passedMs > judgeAfterMs && neededMs > leftMs) return waiting
    tell(`${waiting} still to be made findable by meaning`)
    await wait(Math.min(250, leftMs))
    waiting = await target.countWaitingForVectors()
  }
  return waiting
}

/** Tells at most once a second, on stderr. */
function createProgress(): (line: string) => void {
  let lastMs = performance.now()
  return (line) => {
    if (performance.now() - lastMs < progressEveryMs) return
    lastMs = performance.now()
    console.error(line)
  }
}

function render(
  answer: ImportSummary & {
    readonly waitingForVectors: number
    readonly milliseconds: number
  },
  target: ImportTarget,
): string {
  const { imported, unchanged, refusedCount, refused, waitingForVectors } =
    answer
  return [
    `${imported} imported, ${unchanged} unchanged, ${refusedCount} refused, in ${(answer.milliseconds / 1000).toFixed(1)} s.`,
    ...refused
      .slice(0, 10)
      .map(({ line, reason }) => `  line ${line}: ${reason}`),
    ...(refusedCount > 10 ? [`  and ${refusedCount - 10} more`] : []),
    ...(waitingForVectors === 0
      ? []
      : [
          `${waitingForVectors} are found by words now, and by meaning as soon as ${target.type === 'running' ? 'the registry has read them' : 'a registry runs (npm start)'}.`,
        ]),
  ].join('\n')
}
