import type { Part } from '../clauses/Part.js'

/**
 * Cuts the parts where the pattern of the clause begins again without its
 * verb: `send 1 eth to bob and 2 usdc to alice`.
 */
export function splitGaps(
  parts: readonly Part[],
  isComplement: (part: Part) => boolean,
): Part[][] {
  const groups: Part[][] = []
  let group: Part[] = []
  let complete = false
  for (const [at, part] of parts.entries()) {
    const opens =
      part.type === 'money' &&
      (part.joined === true ||
        (part.cue === '' && part.amount !== undefined)) &&
      complete &&
      parts.slice(at + 1).some(isComplement) &&
      isComplementBeforeMoney(parts, at + 1, isComplement)
    if (opens) {
      groups.push(group)
      group = []
      complete = false
    }
    group.push(opens && part.type === 'money' ? { ...part, cue: '' } : part)
    if (isComplement(part)) complete = true
  }
  groups.push(group)
  return groups
}

function isComplementBeforeMoney(
  parts: readonly Part[],
  from: number,
  isComplement: (part: Part) => boolean,
): boolean {
  for (let at = from; at < parts.length; at += 1) {
    const part = parts[at]
    if (part === undefined) return false
    if (isComplement(part)) return true
  }
  return false
}
