// Measures how well search finds what is meant, against plain BM25.
// Run after a build: node packages/registry/bench/quality.mjs [out.json] [file.ndjson]
// With a file of {"query", "expected"} and {"name", "description"} lines it
// measures on that set instead of our own; with general.txt, on tools of every
// day, apart from everything that a weight was ever chosen on.
import { readFileSync, writeFileSync } from 'node:fs'
import { embedRequest } from '../dist/encoder/createEmbedder.js'
import { createSentenceEncoder } from '../dist/encoder/createSentenceEncoder.js'
import { AgentIndex } from '../dist/index/agentIndex.js'
import { rankAgents } from '../dist/search/rankAgents.js'
import { toBytes, toVectorTexts } from '../dist/store/vectorStore.js'
import { tokenize } from '../dist/text/tokenize.js'
import { toEnglish } from '../dist/text/translate.js'

const [outFile, setFile] = process.argv.slice(2)
const { agents, queries } =
  setFile === undefined
    ? readOwnSets()
    : setFile.endsWith('.txt')
      ? readOwnSet(setFile, '')
      : readSet(setFile)

// Repeatable numbers: two runs ask the same.
let state = 7
const next = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}

// Both sets stand in one registry: whoever asks does not know which is which.
function readOwnSets() {
  const sets = [
    readOwnSet('quality.txt', ''),
    readOwnSet('unseen.txt', 'unseen '),
  ]
  return {
    agents: sets.flatMap(({ agents }) => agents),
    queries: sets.flatMap(({ queries }) => queries),
  }
}

function readOwnSet(name, prefix) {
  const agents = []
  const queries = []
  const file = new URL(name, import.meta.url)
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const text = line.slice(2)
    if (line.startsWith('@ ')) {
      const [name, description] = text.split(' | ')
      agents.push({ name, description })
    } else if (line.startsWith('? ')) add('paraphrase', text)
    else if (line.startsWith('= ')) add('japanese', text)
  }
  function add(kind, query) {
    queries.push({
      kind: `${prefix}${kind}`,
      query,
      expected: agents.at(-1).name,
    })
  }
  const own = [...queries]
  for (const { name, description } of agents) {
    queries.push({
      kind: `${prefix}name`,
      query: name.replace(/[-_]/g, ' '),
      expected: name,
    })
    queries.push({
      kind: `${prefix}typo`,
      query: misspell(name.replace(/[-_]/g, ' ')),
      expected: name,
    })
    const words = description.split(/\s+/).filter((_, place) => place % 2 === 0)
    queries.push({
      kind: `${prefix}precise`,
      query: words.join(' '),
      expected: name,
    })
  }
  for (const { query, expected, kind } of own)
    if (kind.endsWith('paraphrase') && query.split(' ').length > 4)
      queries.push({
        kind: `${prefix}long`,
        query: `Hello, could you please help me: ${query}. Thank you very much!`,
        expected,
      })
  return { agents, queries }
}

function readSet(path) {
  const agents = []
  const queries = []
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line.trim() === '') continue
    const entry = JSON.parse(line)
    if (entry.query === undefined) agents.push(entry)
    else queries.push({ kind: entry.kind ?? 'all', ...entry })
  }
  return { agents, queries }
}

// Two neighbouring letters exchanged in the longest word.
function misspell(text) {
  const word = text.split(' ').sort((a, b) => b.length - a.length)[0]
  const place = Math.floor(word.length / 2) - 1
  const wrong =
    word.slice(0, place) + word[place + 1] + word[place] + word.slice(place + 2)
  return text.replace(word, wrong)
}

const encoder = createSentenceEncoder()
const index = new AgentIndex({ vectorLength: encoder.dimensions })
for (const [number, agent] of agents.entries()) {
  index.apply({
    id: `${number}`,
    source: 'imported',
    owner: null,
    agent: null,
    version: '1',
    url: '',
    endpoint: '',
    contact: null,
    reference: false,
    cardHash: `${number}`,
    capabilities: [],
    examples: agent.examples ?? [],
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
    seq: 1,
    leaseUntilMs: null,
    name: agent.name,
    description: agent.description ?? '',
  })
  const vectors = await encoder.embed(
    toVectorTexts({
      name: agent.name,
      description: agent.description ?? '',
      examples: agent.examples ?? [],
    }),
    { priority: 'document' },
  )
  index.setVectors(`${number}`, vectors.map(toBytes))
}

const results = { words: [], found: [] }
for (const { query, expected, kind } of queries) {
  const english = toEnglish(query)
  const vector =
    english === '' ? undefined : await embedRequest(encoder, english)
  const base = {
    filter: {},
    statuses: new Set(['unverified']),
    depth: 100,
    nowMs: 0,
  }
  const { ranked } = rankAgents(index, {
    ...base,
    text: query,
    ...(vector ? { vector } : {}),
  })
  const plain = index.terms.search({
    terms: tokenize(query),
    limit: 100,
    isEligible: () => true,
    tieOf: index.tieOf,
  })
  const placeIn = (list) =>
    list.findIndex(({ document }) => agents[document].name === expected)
  results.found.push({ kind, place: placeIn(ranked) })
  results.words.push({ kind, place: placeIn(plain) })
}
await encoder.stop()

const share = (list, most) =>
  list.filter(({ place }) => place >= 0 && place < most).length / list.length
function interval(list, most) {
  const shares = Array.from({ length: 300 }, () =>
    share(
      list.map(() => list[Math.floor(next() * list.length)]),
      most,
    ),
  ).sort((a, b) => a - b)
  return [shares[7], shares[292]]
}
const percent = (value) => Math.round(value * 1000) / 10
const gain = (list) =>
  list.reduce(
    (sum, { place }) =>
      sum + (place >= 0 && place < 10 ? 1 / Math.log2(place + 2) : 0),
    0,
  ) / list.length
const report = {}
for (const kind of [
  ...new Set(queries.map((query) => query.kind)),
  'every kind',
]) {
  const of = (list) =>
    list.filter((entry) => kind === 'every kind' || entry.kind === kind)
  report[kind] = Object.fromEntries(
    Object.entries(results).map(([ranker, list]) => [
      ranker === 'words' ? 'plain BM25' : 'search',
      {
        queries: of(list).length,
        hitAt1: percent(share(of(list), 1)),
        hitAt1Interval: interval(of(list), 1).map(percent),
        recallAt5: percent(share(of(list), 5)),
        ndcgAt10: percent(gain(of(list))),
      },
    ]),
  )
}
const text = JSON.stringify(report, null, 2)
if (outFile) writeFileSync(outFile, text)
process.stdout.write(`${text}\n`)
