import { readFileSync } from 'node:fs'

const SLOTS = {
  n: ['1', '0.5', '100', '2.5', '1,000', '3', '20'],
  t: ['ETH', 'USDC', 'DAI', 'WBTC', 'LINK', 'USDT', 'UNI'],
  c: ['base', 'arbitrum', 'polygon', 'optimism'],
  v: ['aave', 'lido', 'uniswap', 'gmx', 'morpho', 'curve'],
  p: ['bob.eth', '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC', 'alice.eth'],
}
/** From one pattern; more of the same teach nothing. */
const MOST = 24

/** Reads the templates: `{ label, pattern }` each. */
export function readTemplates() {
  return readFileSync(new URL('./templates.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const at = line.indexOf(' | ')
      return { label: line.slice(0, at).trim(), pattern: line.slice(at + 3) }
    })
}

/** Writes the sentences of all templates out, always the same ones. */
export function expandTemplates() {
  const random = seeded(7)
  return readTemplates().flatMap(({ label, pattern }) => {
    const sentences = new Set()
    for (let tries = 0; tries < MOST * 3 && sentences.size < MOST; tries += 1)
      sentences.add(fill(pattern, random))
    return [...sentences].map((text) => ({ label, text }))
  })
}

function fill(pattern, random) {
  const pick = (list) => list[Math.floor(random() * list.length)]
  return pattern
    .replace(/\[([^\]]*)\]/g, (_, inner) => (random() < 0.5 ? inner : ''))
    .replace(/\(([^)]*)\)/g, (_, inner) => pick(inner.split('|')))
    .replace(/<([ntcvp])>/g, (_, slot) => pick(SLOTS[slot]))
    .replace(/\s+/g, ' ')
    .trim()
}

/** A small generator with a seed: two runs give the same model. */
export function seeded(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
