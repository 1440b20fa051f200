import { compileContracts } from './compileContracts.js'
import { renderCode } from './compileLenses.js'

/**
 * The registries of ERC-8004. One has more arguments than the older pipeline has
 * room for; the newer one takes several times as long.
 */
const pipelines = {
  IdentityRegistry: 'legacy',
  ReputationRegistry: 'ir',
  ValidationRegistry: 'legacy',
} as const

/**
 * Compiles the registries of ERC-8004 with the pinned compiler. Each file
 * stands alone: interfaces of one name may stand in two of them.
 *
 * @returns The text of `anchorCode.ts`: the code that makes each.
 * @throws {LensCompilationError} when a source has an error.
 */
export function compileAnchors(): string {
  const folder = new URL('../../contracts/anchor/', import.meta.url)
  return renderCode({
    names: Object.keys(pipelines),
    getCode: (name) =>
      compileContracts({
        folder,
        files: [`${name}.sol`],
        output: 'bytecode',
        pipeline: pipelines[name as keyof typeof pipelines],
      })(name),
    from: 'contracts/anchor/*.sol',
    command: 'npm run anchors',
  })
}
