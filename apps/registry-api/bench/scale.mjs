// Measures a registry of generated agents: import, start, searches, memory.
// Run after a build: node --expose-gc apps/registry-api/bench/scale.mjs [agents…] > out.json
// The database is an embedded one in a temporary folder, fsync on.

import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { openDatabase, runMigrations } from '@behest/journal'
import { createRegistry, registryMigrations } from '@behest/registry'
import {
  actions,
  createDraw,
  drawManifest,
  drawName,
  drawRequest,
  tokens,
} from '@behest/registry/bench/manifests'

const sizes = process.argv.slice(2).map(Number)
if (sizes.length === 0) sizes.push(1_000, 10_000)

const dimensions = 512
const embedderId = 'bench'
const vectorsPerWrite = 1_000

// Vectors as a sentence encoder makes them lie: in clusters, by what is meant.
// Embedding a million texts would measure the encoder, which is not asked here.
const vectorDraw = createDraw(23)
const centres = Array.from({ length: 400 }, () =>
  Float32Array.from({ length: dimensions }, () => vectorDraw.next() - 0.5),
)
const samples = Array.from({ length: 4_000 }, () => {
  const centre = vectorDraw.pick(centres)
  return Int8Array.from(
    centre,
    (value) => (value + (vectorDraw.next() - 0.5) * 0.8) * 120,
  )
})
function drawVector() {
  const vector = vectorDraw.pick(samples).slice()
  for (let change = 0; change < 48; change += 1)
    vector[vectorDraw.below(dimensions)] += vectorDraw.below(30) - 15
  return vector
}
const encoder = {
  id: embedderId,
  dimensions,
  embed: async (texts) =>
    texts.map(() => {
      const vector = Float32Array.from(drawVector())
      const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0))
      return vector.map((value) => value / length)
    }),
  stop: async () => undefined,
}

function* manifests(draw, count) {
  for (let number = 0; number < count; number += 1)
    yield JSON.stringify(drawManifest(draw, number))
}

/** One vector for the text of each agent, and one for each of its examples. */
async function writeVectors(pool) {
  let vectors = 0
  for (let last = ''; ; ) {
    const { rows } = await pool.query(
      `select id, card_hash, jsonb_array_length(examples) as examples
       from registry.agents where id > $1 order by id limit ${vectorsPerWrite}`,
      [last],
    )
    if (rows.length === 0) return vectors
    last = rows.at(-1).id
    await pool.query(
      `with t as (update registry.clock set seq = seq + $4 where feed = 'vectors' returning seq)
       insert into registry.vectors (agent_id, embedder_id, text_hash, vectors, seq)
       select e.id, '${embedderId}', e.hash, e.vectors, t.seq - $4 + e.place
       from t, unnest($1::text[], $2::text[], $3::bytea[]) with ordinality as e (id, hash, vectors, place)`,
      [
        rows.map(({ id }) => id),
        rows.map(({ card_hash }) => card_hash),
        rows.map(({ examples }) => {
          vectors += 1 + examples
          const stored = Buffer.alloc(2 + (1 + examples) * dimensions)
          stored.writeUInt16LE(dimensions)
          for (let place = 0; place <= examples; place += 1)
            Buffer.from(drawVector().buffer).copy(
              stored,
              2 + place * dimensions,
            )
          return stored
        }),
        rows.length,
      ],
    )
  }
}

const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[
    Math.min(values.length - 1, Math.floor(share * values.length))
  ]
const round = (value) => Math.round(value * 100) / 100
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
// Wall time is what a caller waits. Processor time is what the work costs, and
// the one of the two that other work on the machine does not add to.
async function measure(count, work) {
  for (let warm = 0; warm < Math.min(50, count); warm += 1) await work()
  const walls = []
  const processors = []
  for (let run = 0; run < count; run += 1) {
    const before = performance.now()
    const processorBefore = cpuMs()
    await work()
    processors.push(cpuMs() - processorBefore)
    walls.push(performance.now() - before)
  }
  const meanMs = processors.reduce((sum, ms) => sum + ms, 0) / count
  return {
    p50Ms: round(quantile(walls, 0.5)),
    p99Ms: round(quantile(walls, 0.99)),
    processorP50Ms: round(quantile(processors, 0.5)),
    processorP99Ms: round(quantile(processors, 0.99)),
    perSecondAndProcessor: Math.round(1000 / meanMs),
  }
}

const report = {
  machine: {
    cpus: cpus().length,
    model: cpus()[0]?.model,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  },
  sizes: {},
}
for (const size of sizes) {
  const folder = mkdtempSync(join(tmpdir(), 'behest-scale-'))
  const database = await openDatabase({ dataFolder: folder, maxConnections: 8 })
  try {
    await runMigrations(database.pool, registryMigrations)
    const options = {
      pool: database.pool,
      chainId: () => 31_337,
      assertUrl: () => undefined,
      onError: (error) => console.error(error),
    }
    const draw = createDraw(11)
    let registry = await createRegistry(options)
    let started = performance.now()
    await registry.importAgents(manifests(draw, size))
    const importSeconds = (performance.now() - started) / 1000
    await registry.stop()
    registry = undefined
    const vectors = await writeVectors(database.pool)
    // The first start builds from the tables and keeps the index; the second
    // one reads what was kept.
    const withMeaning = { ...options, encoder }
    globalThis.gc?.()
    const before = process.memoryUsage()
    const processorBefore = cpuMs()
    started = performance.now()
    registry = await createRegistry(withMeaning)
    const bootSeconds = (performance.now() - started) / 1000
    const bootProcessorSeconds = (cpuMs() - processorBefore) / 1000
    globalThis.gc?.()
    const after = process.memoryUsage()
    const runs = size > 100_000 ? 300 : 1_000
    const search = (build) =>
      measure(runs, () => registry.search({ limit: 20, ...build() }))
    // Asked once before: the encoder is not what is measured here.
    const known = Array.from({ length: 300 }, () => drawRequest(draw, 8))
    for (const text of known) await registry.search({ text, limit: 1 })
    report.sizes[size] = {
      loadAverage: round(loadavg()[0]),
      vectors,
      importPerSecond: Math.round(size / importSeconds),
      bootSeconds: round(bootSeconds),
      bootProcessorSeconds: round(bootProcessorSeconds),
      indexMemoryMb: Math.round((after.rss - before.rss) / 2 ** 20),
      processMemoryMb: Math.round(after.rss / 2 ** 20),
      heapMb: Math.round(after.heapUsed / 2 ** 20),
      meaning: await search(() => ({ text: draw.pick(known) })),
      meaningAndFilter: await search(() => ({
        text: draw.pick(known),
        action: draw.pick(actions),
        chainId: 1,
      })),
      filter: await search(() => ({
        action: draw.pick(actions),
        chainId: 8453,
        tokens: [[draw.pick(tokens)]],
      })),
    }
    await registry.stop()
    registry = undefined
    globalThis.gc?.()
    const processorBeforeKept = cpuMs()
    started = performance.now()
    registry = await createRegistry(withMeaning)
    report.sizes[size].keptBootSeconds = round(
      (performance.now() - started) / 1000,
    )
    report.sizes[size].keptBootProcessorSeconds = round(
      (cpuMs() - processorBeforeKept) / 1000,
    )
    await registry.stop()
    registry = await createRegistry(options)
    Object.assign(report.sizes[size], {
      words3: await search(() => ({ text: drawRequest(draw, 3) })),
      words10: await search(() => ({ text: drawRequest(draw, 10) })),
      name: await search(() => ({ text: drawName(draw) })),
      wordsAndFilter: await search(() => ({
        text: drawRequest(draw, 4),
        action: draw.pick(actions),
        chainId: 1,
      })),
      commitToFound: await measure(20, async () => {
        const name = `fresh ${draw.below(1e12)}`
        await registry.importAgents([
          JSON.stringify({ name, description: 'new' }),
        ])
        const { results } = await registry.search({ text: name, limit: 1 })
        if (results[0]?.name !== name) throw new Error(`${name} was not found`)
      }),
    })
    await registry.stop()
  } finally {
    await database.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  process.stderr.write(`${size} done\n`)
}
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
