import type { Finding } from '../doctor/Finding.js'

/** Renders what was looked at, each with what to do about it. */
export function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(12, ...findings.map(({ name }) => name.length))
  return findings
    .flatMap(({ name, state, detail, todo }) => {
      const mark = { ok: '✓', warning: '!', broken: '✕' }[state]
      return [
        `${mark} ${name.padEnd(width)} ${detail}`,
        ...(todo === undefined ? [] : [`  ${' '.repeat(width)} → ${todo}`]),
      ]
    })
    .join('\n')
}
