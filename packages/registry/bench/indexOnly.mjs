// Measures the search index alone, for sizes at which filling a database takes an
// hour: what it weighs, how long it takes to build, to take apart and to put
// together again, and what a search costs.
// Run after a build:
// node --expose-gc --max-old-space-size=6000 packages/registry/bench/indexOnly.mjs 1000000 > out.json
import { cpus, loadavg, totalmem } from 'node:os'
import { AgentIndex } from '../dist/index/agentIndex.js'
import { searchAgents } from '../dist/search/searchAgents.js'
import { fromIndexParts, toIndexParts } from '../dist/sync/indexParts.js'
import {
  actions,
  createDraw,
  drawManifest,
  drawName,
  drawRequest,
  tokens,
} from './buildManifests.mjs'

const size = Number(process.argv[2] ?? 100_000)
const dimensions = 512
const subject = {
  databaseId: 'bench',
  embedderId: 'bench',
  vectorLength: dimensions,
}
const draw = createDraw(5)
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const rssMb = () => Math.round(process.memoryUsage().rss / 2 ** 20)
const round = (value) => Math.round(value * 100) / 100
const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[
    Math.min(values.length - 1, Math.floor(share * values.length))
  ]

const centres = Array.from({ length: 400 }, () =>
  Float32Array.from({ length: dimensions }, () => draw.next() - 0.5),
)
const samples = Array.from({ length: 4_000 }, () => {
  const centre = draw.pick(centres)
  return Int8Array.from(
    centre,
    (value) => (value + (draw.next() - 0.5) * 0.8) * 120,
  )
})
function drawVector() {
  const vector = draw.pick(samples).slice()
  for (let change = 0; change < 48; change += 1)
    vector[draw.below(dimensions)] += draw.below(30) - 15
  return vector
}
function drawQuery() {
  const vector = Float32Array.from(drawVector())
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0))
  return vector.map((value) => value / length)
}

const described = {
  source: 'imported',
  owner: null,
  agent: null,
  version: '1',
  contact: null,
  reference: false,
  keywords: '',
  sequence: 0,
  status: 'unverified',
  statusSinceMs: 0,
  statusReason: '',
  delisted: [],
  trust: null,
  publishedAtMs: 0,
  updatedAtMs: 0,
  deleted: false,
  leaseUntilMs: null,
  cardSigned: false,
  handle: null,
}
const whole = {
  chains: 'any',
  tokens: 'any',
  venues: [],
  feeBps: 0,
  spenders: [],
  maxValidForSeconds: 60,
  examples: [],
}

function build() {
  const index = new AgentIndex({ vectorLength: dimensions })
  let processorMs = 0
  for (let number = 0; number < size; number += 1) {
    const manifest = drawManifest(draw, number)
    const vector = drawVector()
    const id = `${manifest.name.slice(0, 54)}-${number.toString(16).padStart(8, '0')}`
    const before = performance.now()
    index.apply({
      ...described,
      id,
      url: manifest.url,
      endpoint: manifest.url,
      cardHash: `h${number}`,
      capabilities: manifest.capabilities.map((own) => ({ ...whole, ...own })),
      examples: manifest.examples,
      seq: number + 1,
      name: manifest.name,
      description: manifest.description,
    })
    index.setVectors(id, [vector])
    processorMs += performance.now() - before
  }
  return { index, seconds: processorMs / 1000 }
}

const rssBefore = rssMb()
let { index, seconds: buildSeconds } = build()
globalThis.gc?.()
const memoryMb = rssMb()
// Taken apart and put together again in memory, a part at a time: PostgreSQL's
// share of keeping it is measured where there is one (scale.mjs).
const seen = { agents: size, leases: 0, vectors: size }
let started = performance.now()
const [header, ...parts] = [...toIndexParts({ ...subject, index, seen })]
const takeApartSeconds = (performance.now() - started) / 1000
const keptMb = Math.round(
  parts.reduce((sum, { byteLength }) => sum + byteLength, 0) / 2 ** 20,
)
started = performance.now()
const processorBefore = cpuMs()
index = (await fromIndexParts(header, parts, subject)).index
const putTogetherSeconds = (performance.now() - started) / 1000
const putTogetherProcessorSeconds = (cpuMs() - processorBefore) / 1000
parts.length = 0
globalThis.gc?.()

function measure(make) {
  const cache = new Map()
  const walls = []
  const processors = []
  for (let run = 0; run < 320; run += 1) {
    const { vector, ...query } = make()
    const wall = performance.now()
    const processor = cpuMs()
    searchAgents({
      index,
      indexSeq: 1,
      query: { limit: 20, ...query },
      ...(vector ? { vector } : {}),
      expectsVector: false,
      nowMs: 0,
      cache,
    })
    if (run < 20) continue
    processors.push(cpuMs() - processor)
    walls.push(performance.now() - wall)
  }
  return {
    p50Ms: round(quantile(walls, 0.5)),
    p99Ms: round(quantile(walls, 0.99)),
    processorP50Ms: round(quantile(processors, 0.5)),
    processorP99Ms: round(quantile(processors, 0.99)),
  }
}

const report = {
  machine: {
    cpus: cpus().length,
    model: cpus()[0]?.model,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    loadAverage: round(loadavg()[0]),
  },
  agents: size,
  vectors: index.vectors.rows,
  buildSeconds: round(buildSeconds),
  processMemoryMb: memoryMb,
  indexMemoryMb: memoryMb - rssBefore,
  kept: {
    megabytes: keptMb,
    takeApartSeconds: round(takeApartSeconds),
    putTogetherSeconds: round(putTogetherSeconds),
    putTogetherProcessorSeconds: round(putTogetherProcessorSeconds),
  },
  words3: measure(() => ({ text: drawRequest(draw, 3) })),
  words10: measure(() => ({ text: drawRequest(draw, 10) })),
  meaning: measure(() => ({ text: drawRequest(draw, 8), vector: drawQuery() })),
  meaningAndFilter: measure(() => ({
    text: drawRequest(draw, 8),
    vector: drawQuery(),
    action: draw.pick(actions),
    chainId: 1,
  })),
  meaningAndAction: measure(() => ({
    text: drawRequest(draw, 8),
    vector: drawQuery(),
    action: draw.pick(actions),
  })),
  name: measure(() => ({ text: drawName(draw) })),
  filter: measure(() => ({
    action: draw.pick(actions),
    chainId: 8453,
    tokens: [[draw.pick(tokens)]],
  })),
  wordsAndFilter: measure(() => ({
    text: drawRequest(draw, 4),
    action: draw.pick(actions),
    chainId: 1,
  })),
}
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
