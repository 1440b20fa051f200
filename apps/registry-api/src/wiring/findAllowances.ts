import type { ChainDeployment } from '@behest/evm'
import { type Address, isSameAddress } from '@behest/spec'
import { erc20Abi, type PublicClient, parseAbiItem } from 'viem'
import type { GivenAllowance } from './drawCanary.js'

const approval = parseAbiItem(
  'event Approval(address indexed owner, address indexed spender, uint256 value)',
)
/** As far back as most nodes let anybody look at once. */
const lookedAtBlocks = 1_000n
/** Pairs of which it is asked whether they still stand. */
const maxAsked = 20
const keptMs = 60_000

/** Finds allowances of a chain that stand now. */
export type FindAllowances = (
  deployment: ChainDeployment,
) => Promise<readonly GivenAllowance[]>

/**
 * Creates what finds allowances that people gave a short while ago: an agent that
 * takes them away can be asked to only where there is one.
 *
 * @param client - Of the chain.
 */
export function createFindAllowances(
  client: Pick<PublicClient, 'getBlockNumber' | 'getLogs' | 'readContract'>,
): FindAllowances {
  let kept:
    | { readonly atMs: number; readonly found: readonly GivenAllowance[] }
    | undefined
  return async (deployment) => {
    if (kept !== undefined && performance.now() - kept.atMs < keptMs)
      return kept.found
    const found = await read(client, deployment).catch(
      // A node that shows no events leaves that action unasked.
      () => [],
    )
    kept = { atMs: performance.now(), found }
    return found
  }
}

async function read(
  client: Parameters<typeof createFindAllowances>[0],
  deployment: ChainDeployment,
): Promise<GivenAllowance[]> {
  const head = await client.getBlockNumber()
  const logs = await client.getLogs({
    address: deployment.tokens.flatMap(({ address }) =>
      address === 'native' ? [] : [address as Address],
    ),
    event: approval,
    fromBlock: head > lookedAtBlocks ? head - lookedAtBlocks : 0n,
    toBlock: head,
    strict: true,
  })
  const pairs: GivenAllowance[] = []
  for (const { address, args } of logs.reverse()) {
    if (pairs.length === maxAsked) break
    const pair = { token: address, owner: args.owner, spender: args.spender }
    if (args.value > 0n && !pairs.some((known) => isSamePair(known, pair)))
      pairs.push(pair)
  }
  const standing = await Promise.all(
    pairs.map(async ({ token, owner, spender }) =>
      client.readContract({
        address: token,
        abi: erc20Abi,
        functionName: 'allowance',
        args: [owner, spender],
      }),
    ),
  )
  return pairs.filter((_, place) => (standing[place] ?? 0n) > 0n)
}

function isSamePair(left: GivenAllowance, right: GivenAllowance): boolean {
  return (
    isSameAddress(left.token, right.token) &&
    isSameAddress(left.owner, right.owner) &&
    isSameAddress(left.spender, right.spender)
  )
}
