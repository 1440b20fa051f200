import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { BehestError } from '@behest/spec'
import type { Abi, Hex } from 'viem'

/** A contract, ready to be deployed. */
export type CompiledContract = { readonly abi: Abi; readonly bytecode: Hex }

type Output = {
  readonly errors?: readonly {
    readonly severity: string
    readonly formattedMessage: string
  }[]
  readonly contracts: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly abi: Abi
            readonly evm: { readonly bytecode: { readonly object: string } }
          }
        >
      >
    >
  >
}

const file = 'HostileContracts.sol'

/** Compiles our own hostile contracts, by name. */
export function compileHostileContracts(): Readonly<
  Record<string, CompiledContract>
> {
  const solc = createRequire(import.meta.url)('solc') as {
    readonly compile: (input: string) => string
  }
  const content = readFileSync(new URL(file, import.meta.url), 'utf8')
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: 'Solidity',
        sources: { [file]: { content } },
        settings: {
          evmVersion: 'paris',
          optimizer: { enabled: true },
          outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
        },
      }),
    ),
  ) as Output
  const failure = output.errors?.find(({ severity }) => severity === 'error')
  if (failure)
    throw new HostileContractsError({ problem: failure.formattedMessage })
  return Object.fromEntries(
    Object.entries(output.contracts[file] ?? {}).map(([name, contract]) => [
      name,
      { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` },
    ]),
  )
}

/** Thrown when our hostile contracts do not compile. */
export class HostileContractsError extends BehestError {
  readonly code = 'HOSTILE_CONTRACTS_BROKEN'
  readonly retry = 'never'

  constructor(facts: { readonly problem: string }) {
    super(
      `The hostile contracts do not compile: ${facts.problem.slice(0, 500)}. Correct them and run again.`,
      { facts: {} },
    )
  }
}
