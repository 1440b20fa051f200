import {
  type Address,
  type AssetAddress,
  type GivenMandate,
  type Hex,
  isSameAddress,
  type MandateBound,
  type MandatePort,
} from '@behest/spec'
import { concat } from 'viem'
import type { ChainClient } from '../client/createChainClient.js'
import { toChainError } from '../client/errors.js'
import type { ChainDeployment } from '../deployments/chainDeployment.js'
import { balanceRead, toUint } from '../lens/balanceRead.js'
import { callLens } from '../lens/callLens.js'
import { readLens } from '../lens/lenses.js'
import { decodeRevert } from '../revert/decodeRevert.js'
import { readNextBlockTime } from '../simulation/readNextBlockTime.js'
import { requestSimulation } from '../simulation/requestSimulation.js'
import type { SignMandate } from './createMandateSigner.js'
import {
  type DelegationFramework,
  drawDelegation,
  hashDelegation,
} from './drawDelegation.js'
import { encodeRedemption } from './encodeRedemption.js'
import { MandateSignatureError, MandateUnsupportedError } from './errors.js'
import { toMandateError } from './toMandateError.js'

// A batch is checked around its calls: balances move between the measurement
// and the block, and what is left over is given back.
const gasRoomPercent = 140n
const upgradeGas = 60_000n

/**
 * Creates the port that draws mandates up, has them signed and prepares their
 * use by one executor.
 *
 * @param options.client - Where balances, code and nonces are read.
 * @param options.deployment - The chain, with its delegation framework.
 * @param options.executor - The account that uses mandates and pays the gas.
 * @param options.sign - Signs for the user; see `createMandateSigner`.
 * @throws {MandateUnsupportedError} when the chain has no framework.
 */
export function createMandatePort(options: {
  readonly client: ChainClient
  readonly deployment: ChainDeployment
  readonly executor: Address
  readonly sign: SignMandate
}): MandatePort {
  const { client, deployment, executor, sign } = options
  const framework = deployment.delegation
  if (framework === undefined)
    throw new MandateUnsupportedError({ chainId: deployment.chainId })
  const designator = toDesignator(framework.implementation)

  const readCode = async (account: Address): Promise<Hex> =>
    (await client.getCode({ address: account }).catch((error: unknown) => {
      throw toChainError(error, { method: 'eth_getCode' })
    })) ?? '0x'

  return {
    framework: {
      executor,
      delegationManager: framework.delegationManager,
      implementation: framework.implementation,
    },

    findObstacle: async ({ account, gasWei }) => {
      const [code, balance] = await Promise.all([
        readCode(account),
        client.getBalance({ address: executor }),
      ])
      if (code !== '0x' && code.toLowerCase() !== designator)
        return 'the account has other code already, which a mandate would replace'
      return balance < gasWei
        ? 'the executor cannot pay for the gas just now'
        : null
    },

    readHeldBounds: async ({ account, except, blockNumber }) => {
      const tokens = [deployment.nativeToken, ...deployment.tokens].filter(
        ({ address }) => !except.some((one) => isSameAddress(one, address)),
      )
      const answers = await callLens({
        client,
        lens: readLens,
        functionName: 'read',
        args: [tokens.map(({ address }) => balanceRead(address, account))],
        blockNumber,
      })
      return tokens.flatMap(({ address, symbol }, index): MandateBound[] =>
        (toUint(answers[index]) ?? 0n) === 0n
          ? []
          : [
              {
                account,
                token: address,
                symbol,
                direction: 'decrease',
                units: 0n,
              },
            ],
      )
    },

    readAuthorization: async ({ account }) =>
      (await readCode(account)).toLowerCase() === designator
        ? null
        : {
            chainId: deployment.chainId,
            address: framework.implementation,
            nonce: await client.getTransactionCount({
              address: account,
              blockTag: 'pending',
            }),
          },

    draw: (terms) => {
      const delegation = drawDelegation({ framework, executor, terms })
      return { delegation, delegationHash: hashDelegation(delegation) }
    },

    prepare: async ({ planHash, mandateIndex, terms, given, standing }) => {
      const { account } = terms
      const delegation =
        standing?.delegation ?? drawDelegation({ framework, executor, terms })
      const code = await readCode(account)
      const authorizationNonce =
        code.toLowerCase() === designator
          ? undefined
          : await client.getTransactionCount({
              address: account,
              blockTag: 'pending',
            })
      const before = standing ?? given
      const signed = before
        ? toSigned(before, authorizationNonce)
        : await sign({
            planHash,
            mandateIndex,
            delegation,
            ...(authorizationNonce === undefined ? {} : { authorizationNonce }),
          })
      if (authorizationNonce !== undefined && !signed.authorization)
        throw new MandateSignatureError({
          account,
          reason: 'the authorisation of its code is missing',
        })
      const data = encodeRedemption({
        delegation,
        signature: signed.signature,
        calls: standing?.calls ?? terms.calls,
      })
      const gasUsed = await rehearse({
        client,
        deployment,
        framework,
        executor,
        account,
        data,
      })
      return {
        account: executor,
        to: framework.delegationManager,
        data,
        gasLimit:
          (gasUsed * gasRoomPercent) / 100n +
          (signed.authorization === undefined ? 0n : upgradeGas),
        ...(signed.authorization === undefined
          ? {}
          : { authorization: signed.authorization }),
      }
    },
  }
}

/** What the holder allowed counts only while it is still needed. */
function toSigned(
  {
    signature,
    authorization,
  }: Pick<GivenMandate, 'signature' | 'authorization'>,
  authorizationNonce: number | undefined,
): Awaited<ReturnType<SignMandate>> {
  return authorizationNonce === undefined || authorization === undefined
    ? { signature }
    : { signature, authorization }
}

/** The code of an account that EIP-7702 points at an implementation. */
export function toDesignator(implementation: AssetAddress): Hex {
  return concat(['0xef0100', implementation as Address]).toLowerCase() as Hex
}

/**
 * Runs the signed redemption, exactly as it will be sent, on the newest state.
 *
 * @returns The gas that it needed before refunds.
 */
async function rehearse(options: {
  readonly client: ChainClient
  readonly deployment: ChainDeployment
  readonly framework: DelegationFramework
  readonly executor: Address
  readonly account: Address
  readonly data: Hex
}): Promise<bigint> {
  const { client, deployment, framework, executor, account, data } = options
  const blockNumber = await client.getBlockNumber({ cacheTime: 0 })
  const outcomes = await requestSimulation(
    {
      client,
      blockNumber,
      timestampUnixSeconds: await readNextBlockTime({
        client,
        blockNumber,
        blockSeconds: deployment.blockSeconds,
      }),
      code: { [account]: toDesignator(framework.implementation) },
    },
    [{ from: executor, to: framework.delegationManager, data }],
  )
  const [outcome] = outcomes === 'underfunded' ? [] : outcomes
  if (outcome === undefined)
    throw toMandateError({ account, reason: 'a call sends more than is there' })
  if (!outcome.succeeded)
    throw toMandateError({
      account,
      reason: decodeRevert(outcome.data, outcome.message),
    })
  return outcome.gasUsed
}
