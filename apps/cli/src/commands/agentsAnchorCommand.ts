import { parseArgs } from 'node:util'
import { createRegistryClient } from '@behest/client'
import {
  buildAgentUri,
  createAnchorReader,
  encodeAnchor,
  getRegisteredTokenId,
  parseAnchorPlaces,
} from '@behest/evm'
import { type Hex, isSameAddress } from '@behest/spec'
import { findAnchor } from '../agents/findAnchor.js'
import { authorOptions, openAuthor } from '../agents/openAuthor.js'
import { AgentKeyMismatchError } from '../agents/publishCard.js'
import { readAnchorPlaces } from '../agents/readAnchorPlaces.js'
import { readRegistryChain } from '../agents/readRegistryChain.js'
import {
  AnchorOutcomeUnknownError,
  createAnchorSender,
  renderBill,
} from '../agents/sendAnchorCalls.js'
import { verifyAgent } from '../agents/verifyAgent.js'
import { exitCodes, UsageError } from '../exitCodes.js'
import { renderFindings } from '../show/renderFindings.js'
import { readStackConfig } from '../stack/stackConfig.js'

/**
 * `behest agents anchor <id>`: writes who an agent is, and the hash of its card,
 * into an identity registry of ERC-8004, signed and paid for by its owner.
 */
export async function agentsAnchorCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: {
      ...authorOptions,
      token: { type: 'string' },
      yes: { type: 'boolean', default: false },
    },
  })
  const [source, ...others] = positionals
  if (!source || others.length > 0)
    throw new UsageError(
      'Give one: behest agents anchor <id> [--yes] [--token <number that it has already>].',
    )
  if (values.token !== undefined && !/^\d{1,78}$/.test(values.token))
    throw new UsageError('--token must be a number.')
  const places = readAnchorPlaces(process.env)
  const { identityRegistry } = places
  const { config, registryUrl, chainId, author } = await openAuthor(values)
  const registry = createRegistryClient({ baseUrl: registryUrl })
  const agent = await registry.get(source)
  const { agentId } = agent
  if (
    agent.owner === null ||
    !isSameAddress(agent.owner, author.signer.address)
  )
    throw new AgentKeyMismatchError({
      agent: agent.owner ?? 'none',
      given: author.signer.address,
    })
  const reader = createAnchorReader({ rpcUrl: config.rpcUrl, ...places })
  const known = values.token ?? (await findAnchor(registry, agentId))?.tokenId
  let anchor =
    known === undefined ? undefined : await reader.readAnchor(BigInt(known))
  // Handed over at the registry and not on chain: its new owner takes a new number.
  if (anchor !== undefined && !isSameAddress(anchor.owner, agent.owner))
    anchor = undefined
  const listCalls = () =>
    encodeAnchor({
      identityRegistry,
      anchor,
      agentId,
      cardHash: agent.cardHash as Hex,
      agentUri: buildAgentUri({
        name: agent.name,
        description: agent.description,
        cardUrl: `${agent.url.replace(/\/+$/, '')}/.well-known/agent-card.json`,
        cardVersion: agent.version,
        ...(anchor === undefined
          ? {}
          : {
              registration: {
                chainId,
                identityRegistry,
                tokenId: anchor.tokenId,
              },
            }),
      }),
    })
  // Twice for a new one: only then is the number known that its file names.
  for (
    let calls = listCalls(), round = 0;
    calls.length > 0 && round < 2;
    calls = listCalls(), round += 1
  ) {
    const sender = createAnchorSender({
      rpcUrl: config.rpcUrl,
      chainId,
      account: author.signer,
      calls,
    })
    console.error(renderBill(await sender.quote(), calls))
    if (!values.yes) {
      console.error('Nothing was sent. Say --yes to sign and pay.')
      return exitCodes.needsUser
    }
    try {
      const receipts = await sender.send()
      const tokenId =
        anchor?.tokenId ??
        receipts
          .map((receipt) => getRegisteredTokenId(receipt, identityRegistry))
          .find((one) => one !== undefined)
      if (tokenId === undefined) break
      // At once: what is paid for is not lost to a command that is cut off.
      await registry.linkAnchor(agentId, tokenId)
      anchor = await reader.readAnchor(tokenId)
    } catch (error) {
      if (!(error instanceof AnchorOutcomeUnknownError)) throw error
      console.error(`${error.name}: ${error.message}`)
      return exitCodes.unknown
    }
  }
  const view = await registry.linkAnchor(agentId, anchor?.tokenId ?? 0n)
  console.log(
    values.json
      ? JSON.stringify(view, null, 2)
      : [
          `${agentId} is number ${view.tokenId} at ${view.identityRegistry} on chain ${view.chainId}; it ${view.state}.`,
          ...view.checks.map(
            ({ passed, says }) => `  ${passed ? '✓' : '✕'} ${says}`,
          ),
          `  behest agents verify ${agentId} holds it against a node of your own`,
        ].join('\n'),
  )
  return view.state === 'agrees' ? exitCodes.done : exitCodes.failed
}

/** `behest agents verify <id>`: what a registry says, held against the chain. */
export async function agentsVerifyCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: {
      registry: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const [source, ...others] = positionals
  if (!source || others.length > 0)
    throw new UsageError('Give one: behest agents verify <id or @name>.')
  const config = readStackConfig(process.env)
  const registryUrl = values.registry ?? config.registryUrl
  const places = parseAnchorPlaces(process.env.BEHEST_ANCHOR ?? '')
  const verification = await verifyAgent({
    source,
    registry: createRegistryClient({ baseUrl: registryUrl }),
    chainId: await readRegistryChain(registryUrl),
    rpcUrl: config.rpcUrl,
    places: places === 'malformed' ? readAnchorPlaces(process.env) : places,
  })
  console.log(
    values.json
      ? JSON.stringify(verification, null, 2)
      : renderFindings(verification.findings),
  )
  return verification.findings.some(({ state }) => state === 'broken')
    ? exitCodes.failed
    : exitCodes.done
}
