import type { Part } from '../Part.js'

/**
 * Joins what was said of one thing in two places: `bridge my usdc to base, all
 * of it`, `to my sister, her name is mariko.eth`.
 */
export function foldParts(parts: Part[]): Part[] {
  const whole = parts.findIndex(
    (part) => part.type === 'money' && part.whole !== undefined,
  )
  const all = parts[whole]
  const named = parts.findIndex(
    (part, at) =>
      part.type === 'money' &&
      at < whole &&
      part.token !== undefined &&
      part.amount === undefined &&
      part.pronoun === undefined &&
      part.cue !== 'to' &&
      part.cue !== 'for',
  )
  const thing = parts[named]
  if (
    all?.type === 'money' &&
    all.whole !== undefined &&
    all.cue !== 'for' &&
    thing?.type === 'money'
  ) {
    parts[named] = { ...thing, amount: all.whole }
    parts.splice(whole, 1)
  }
  const people = parts.filter((part) => part.type === 'party')
  const [nick, exact] = people
  // One person, named twice: the exact name is the one that counts.
  if (
    people.length === 2 &&
    nick !== undefined &&
    exact !== undefined &&
    !isExact(nick.text) &&
    isExact(exact.text) &&
    exact.cue !== 'to' &&
    (exact.joined !== true ||
      parts.some(
        (part) =>
          part.type === 'word' &&
          part.start > nick.start &&
          part.end < exact.start &&
          /^(?:name|address|wallet|ens|is|it's|aka|whose|account)$/.test(
            part.text,
          ),
      ))
  )
    return parts.flatMap((part) =>
      part === nick
        ? []
        : part === exact
          ? [{ ...exact, cue: nick.cue }]
          : [part],
    )
  return parts
}

/** An address or a name that a registry knows, and no nickname. */
function isExact(name: string): boolean {
  return /^0x|[.@]/i.test(name)
}
