import type { AgentExplanation } from '@behest/client'

/** Shows why an agent ranks where it does, check by check and part by part. */
export function renderExplanation(explanation: AgentExplanation): string {
  const { agentId, query, rank, of, steps, todo, score, parts } = explanation
  const asked = query === null ? '' : ` for “${query}”`
  const number = (value: number): string => value.toFixed(3)
  return [
    rank === null
      ? `${agentId} is not listed${asked}.`
      : `${agentId} is number ${rank} of ${of}${asked}, with ${number(score ?? 0)}${explanation.gapToNext === null ? '' : `, ${number(explanation.gapToNext)} behind the next`}.`,
    ...steps.map(
      ({ check, passed, says, wanted, offered }) =>
        `  ${passed ? '✓' : '✕'} ${check.padEnd(10)} ${says}${wanted === undefined ? '' : ` (wanted ${wanted}, offers ${offered ?? 'nothing'})`}`,
    ),
    ...(parts === null
      ? []
      : [
          `  score = ${Object.entries(parts)
            .map(([name, value]) => `${name} ${number(value)}`)
            .join(' × ')}`,
        ]),
    ...explanation.signals.map(
      ({ name, raw, z, weight, product }) =>
        `    ${name.padEnd(8)} ${number(raw)}, z ${number(z)} × weight ${number(weight)} = ${number(product)}`,
    ),
    ...(explanation.terms.length === 0
      ? []
      : [
          `  words: ${explanation.terms.map(({ term, share }) => `${term} ${number(share)}`).join(', ')}`,
        ]),
    ...(explanation.spread === null ? [] : [`  ${explanation.spread}`]),
    ...(todo === null ? [] : [`  → ${todo}`]),
  ].join('\n')
}
