import { rmSync } from 'node:fs'
import type { IntentClient } from '@behest/client'
import type { IntentEvent } from '@behest/spec'
import { createStackClient } from '../stack/createStackClient.js'
import { readStackConfig } from '../stack/stackConfig.js'
import { startStack } from '../stack/startStack.js'
import { takePlace } from '../stack/takePlace.js'

const warmUp = 3
const rounds = Number(process.env.BENCH_ROUNDS ?? 20)
const sentences = [
  'swap 0.1 ETH for USDC',
  'swap 0.1 ETH to USDC and lend it on Aave',
]

/**
 * Measures the spine on a stack of its own: from the sentence to the preview,
 * from the approval to the receipt, and each stage by the journal's own clock.
 * Prints one JSON document on stdout and a table on stderr.
 */
async function benchSpine(): Promise<void> {
  const place = await takePlace('bench')
  const { folder } = place
  const startedMs = performance.now()
  const stack = await startStack({
    config: readStackConfig(place.environment),
    onProgress: () => undefined,
  })
  const coldStartMs = performance.now() - startedMs
  try {
    const client = createStackClient(stack.config)
    const results: Record<string, unknown> = {}
    for (const sentence of sentences) {
      const rows: Measured[] = []
      for (let round = 0; round < warmUp + rounds; round += 1) {
        const row = await measure(client, sentence)
        if (round >= warmUp) rows.push(row)
      }
      const result = {
        sentenceToPreviewMs: summarise(rows.map((row) => row.toPreviewMs)),
        approvalToReceiptMs: summarise(rows.map((row) => row.toReceiptMs)),
        stagesMs: Object.fromEntries(
          [...new Set(rows.flatMap((row) => Object.keys(row.stagesMs)))].map(
            (stage) => [
              stage,
              summarise(rows.map((row) => row.stagesMs[stage] ?? 0)),
            ],
          ),
        ),
      }
      results[sentence] = result
      print(sentence, result)
    }
    console.log(
      JSON.stringify({ bench: 'spine', rounds, coldStartMs, results }, null, 2),
    )
  } finally {
    await stack.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Measured = {
  readonly toPreviewMs: number
  readonly toReceiptMs: number
  readonly stagesMs: Record<string, number>
}

async function measure(
  client: IntentClient,
  utterance: string,
): Promise<Measured> {
  const saidMs = performance.now()
  const { id } = await client.create({ utterance })
  const events: IntentEvent[] = []
  let toPreviewMs = 0
  let approvedMs = 0
  for await (const event of client.events(id)) {
    events.push(event)
    if (event.status === 'needs-approval' && approvedMs === 0) {
      const { preview } = await client.get(id)
      if (!preview) throw new RangeError('a preview')
      toPreviewMs = performance.now() - saidMs
      approvedMs = performance.now()
      await client.approve(id, { planHash: preview.planHash })
    }
  }
  const toReceiptMs = performance.now() - approvedMs
  const { artifacts } = await client.get(id)
  if (artifacts.receipt?.receipt.outcome !== 'MET')
    throw new RangeError(
      `the receipt says ${artifacts.receipt?.receipt.outcome}`,
    )
  const stagesMs: Record<string, number> = {}
  let beforeMs = Date.parse(events[0]?.at ?? '')
  for (const event of events) {
    if (event.type !== 'stage') continue
    const atMs = Date.parse(event.at)
    stagesMs[event.stage] = (stagesMs[event.stage] ?? 0) + atMs - beforeMs
    beforeMs = atMs
  }
  return { toPreviewMs, toReceiptMs, stagesMs }
}

type Summary = {
  readonly p50: number
  readonly p95: number
  readonly max: number
}

function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number =>
    Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) * 10) / 10
  return { p50: at(0.5), p95: at(0.95), max: at(1) }
}

function print(
  sentence: string,
  result: {
    readonly sentenceToPreviewMs: Summary
    readonly approvalToReceiptMs: Summary
    readonly stagesMs: Record<string, Summary>
  },
): void {
  const row = (name: string, { p50, p95, max }: Summary): string =>
    `  ${name.padEnd(22)} ${String(p50).padStart(8)} ${String(p95).padStart(8)} ${String(max).padStart(8)}`
  console.error(
    [
      `"${sentence}" (ms)`,
      `  ${''.padEnd(22)} ${'p50'.padStart(8)} ${'p95'.padStart(8)} ${'max'.padStart(8)}`,
      row('sentence to preview', result.sentenceToPreviewMs),
      row('approval to receipt', result.approvalToReceiptMs),
      ...Object.entries(result.stagesMs).map(([stage, summary]) =>
        row(`· ${stage}`, summary),
      ),
      '',
    ].join('\n'),
  )
}

benchSpine().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
