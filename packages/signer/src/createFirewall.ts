import {
  buildOrderTypedData,
  checkSimulation,
  hashOrderTerms,
  hashPolicy,
  isSignedByOneOf,
  type KnownContract,
  simulatePlan,
} from '@behest/engine'
import {
  type ChainDeployment,
  createAttestor,
  createLegSigner,
  createMandateSigner,
  drawBatchDelegation,
  drawGate,
  drawPeriodDelegation,
  hashDelegation,
  type LegTransaction,
  type MandateSignRequest,
  readRedemption,
  type SignMandate,
} from '@behest/evm'
import {
  type Address,
  type AttestorPort,
  buildPolicyTypedData,
  type ChainPort,
  type Delegation,
  type Hex,
  isSameAddress,
  type OrderTerms,
  type Policy,
} from '@behest/spec'
import {
  encodeFunctionData,
  erc20Abi,
  hashTypedData,
  keccak256,
  stringToHex,
} from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { findCallProblem } from './checkCalls.js'
import { checkEffects } from './checkEffects.js'
import { checkMandate } from './checkMandate.js'
import { assertOrderBatch, findStandingProblem } from './checkOrderBatch.js'
import { checkPlan } from './checkPlan.js'
import { checkTypedData, type TypedData } from './checkTypedData.js'
import { SigningRefusedError } from './errors.js'
import { findGiftProblem, readOwnEnd } from './findGiftProblem.js'
import type { SignedLedger } from './openSignedLedger.js'
import {
  type ApprovedPlan,
  type Dossier,
  findLeg,
  listEarlier,
  type PlannedLeg,
  readDossier,
} from './readDossier.js'

// As the engine limits the calls that take an allowance back.
const takeBackGas = 120_000n
const takeBackSeconds = 86_400
// What a redemption may cost its executor.
const redemptionGas = 12_000_000n
const mostWaiting = 64
// Delegations that the record does not know and that are ended all the same: each
// costs gas, and anybody can think of one that never was.
const mostUnknownEnds = 16

/** Which key signs what. */
export type KeyName = 'account' | 'executor' | 'engine'

/** The chain as the firewall asks it, through a node of its own. */
export type FirewallChain = ChainPort & {
  readonly readIdentity: () => Promise<string>
  readonly readNonce: (address: Address) => Promise<number>
  /** The same as far as the chain is final: what is below it stays used. */
  readonly readFinalNonce: (address: Address) => Promise<number>
  readonly hasReceipt: (hash: Hex) => Promise<boolean>
}

/** Signs what an approved plan contains, and refuses everything else. */
export type Firewall = {
  readonly addresses: Readonly<Record<KeyName, Address>>
  /** Whose signed approval counts; anybody's word if empty. */
  readonly approvers: readonly Address[]
  readonly signLeg: (request: {
    readonly transaction: LegTransaction
    /** Absent for what gives nobody anything; see `findGiftProblem`. */
    readonly dossier?: Dossier
  }) => Promise<{ readonly raw: Hex; readonly hash: Hex }>
  readonly signMandate: (
    request: MandateSignRequest & { readonly dossier: Dossier },
  ) => ReturnType<SignMandate>
  readonly signReceipt: AttestorPort['signReceipt']
  /** Lets an order stand; each run of it is a plan that is checked anew. */
  readonly signOrder: (request: {
    readonly terms: OrderTerms
    readonly termsHash: Hex
    /** An approver's, over the order; needed where there are approvers. */
    readonly approval?: Hex
  }) => Promise<Hex>
  /** The chain's own bound of an order, drawn up again from its terms. */
  readonly signOrderMandate: (request: {
    readonly terms: OrderTerms
    readonly termsHash: Hex
    /** An approver's, over the order; needed where there are approvers. */
    readonly approval?: Hex
    readonly delegation: Delegation
    readonly authorizationNonce?: number
  }) => ReturnType<SignMandate>
  /**
   * The same for an order about a position: exactly the calls of a run, drawn up
   * from its own step, and what lets a period give one run.
   */
  readonly signOrderBatch: (request: {
    readonly terms: OrderTerms
    readonly termsHash: Hex
    /** An approver's, over the order; needed where there are approvers. */
    readonly approval?: Hex
    readonly authorizationNonce?: number
  }) => Promise<
    Awaited<ReturnType<SignMandate>> & { readonly gateSignature?: Hex }
  >
  /** Sets limits in the account's name; it moves nothing by itself. */
  readonly signPolicy: (policy: Policy) => Promise<Hex>
  readonly signTypedData: (request: {
    readonly typedData: TypedData
    readonly dossier: Dossier
  }) => Promise<Hex>
}

export type CreateFirewallOptions = {
  readonly addresses: Readonly<Record<KeyName, Address>>
  /** Gives the account of a key; it may have to be unlocked for it. */
  readonly unlock: (name: KeyName) => Promise<PrivateKeyAccount>
  readonly deployment: ChainDeployment
  readonly chain: FirewallChain
  readonly knownContracts: readonly KnownContract[]
  readonly ledger: SignedLedger
  /** Whose signed approval counts; anybody's word if empty. */
  readonly approvers?: readonly Address[]
  readonly minHealthPercent?: number
  /** Says why nothing may be signed at all just now, or `null`. */
  readonly readHalt?: () => string | null
  /** Told of every verdict. Holds no key and no signature. */
  readonly onVerdict?: (verdict: {
    readonly asked: string
    readonly about: string
    readonly verdict: 'signed' | 'refused'
    readonly rule?: string
  }) => void
}

/**
 * Creates the one thing that stands before the keys. Deny by default: it takes
 * typed requests only, recomputes from the approved plan what each would do, and
 * signs when nothing else would happen. There is no way to have it sign a hash or
 * a text.
 *
 * @param options.chain - Over a node of the signer's own, never the asker's word.
 * @param options.ledger - What was signed before: a leg has one nonce for life.
 */
export function createFirewall(options: CreateFirewallOptions): Firewall {
  const { addresses, deployment, chain, ledger, unlock } = options
  const { knownContracts, approvers = [], minHealthPercent = 110 } = options
  const { chainId, wrappedNative } = deployment
  const framework = deployment.delegation
  const checkedPlans = new Map<Hex, ApprovedPlan>()

  const open = async (
    dossier: Dossier,
    whose: 'own' | 'any-mandate',
  ): Promise<ApprovedPlan> => {
    const approved = await readDossier({
      dossier,
      chainId,
      account: addresses.account,
      executor: addresses.executor,
      approvers,
      whose,
    })
    if (!checkedPlans.has(approved.planHash)) {
      checkPlan({ approved, knownContracts, wrappedNative })
      if (checkedPlans.size > 200) checkedPlans.clear()
      checkedPlans.set(approved.planHash, approved)
    }
    return approved
  }

  /** The whole plan once more, right before its first signature. */
  const checkWhole = async (approved: ApprovedPlan): Promise<void> => {
    const block = await chain.readHead()
    const simulated = await simulatePlan({
      plan: approved.plan,
      planHash: approved.planHash,
      chain,
      block,
      refused: [],
    })
    const [violation] = checkSimulation({
      plan: approved.plan,
      simulated,
      knownContracts,
      minHealthPercent,
      wrappedNative,
    }).filter(({ code }) => code !== 'EXPECTATION_NOT_MET')
    if (violation)
      throw new SigningRefusedError({
        what: 'the plan',
        rule: violation.message,
      })
  }

  const assertInTime = async (
    what: string,
    untilUnixSeconds: number,
  ): Promise<void> => {
    const { timestampUnixSeconds } = await chain.readHead()
    if (timestampUnixSeconds > untilUnixSeconds)
      throw new SigningRefusedError({
        what,
        rule: `its time was over ${timestampUnixSeconds - untilUnixSeconds} s ago`,
      })
  }

  // The turn of each leg that is asked about just now; none of them rejects.
  const turns = new Map<string, Promise<void>>()

  /**
   * One request about a leg after the other: two at the same moment must not both
   * find that it was never signed.
   */
  const takeTurn = async <Answer>(
    legId: string,
    work: () => Promise<Answer>,
  ): Promise<Answer> => {
    const key = legId.toLowerCase()
    const mine = (turns.get(key) ?? Promise.resolve()).then(work)
    const over = mine.then(
      () => {},
      () => {},
    )
    turns.set(key, over)
    try {
      return await mine
    } finally {
      if (turns.get(key) === over) turns.delete(key)
    }
  }

  /**
   * One nonce for a leg, unless the chain proves that it never can be mined: its
   * nonce went elsewhere in a block that stays. Under another nonce it begins anew,
   * and everything is asked that is asked of a first signature.
   */
  const assertNonce = async (
    what: string,
    identity: string,
    transaction: LegTransaction,
  ): Promise<'first' | 'again'> => {
    const { legId, nonce, from } = transaction
    const before = ledger.find(identity, legId)
    const mined = await chain.readNonce(from)
    if (nonce < mined && !before.some((one) => one.nonce === nonce))
      throw new SigningRefusedError({
        what,
        rule: `nonce ${nonce} was used, the chain is at ${mined}`,
      })
    if (nonce > mined + mostWaiting)
      throw new SigningRefusedError({
        what,
        rule: `nonce ${nonce} is far beyond the chain's ${mined}`,
      })
    const others = before.filter((one) => one.nonce !== nonce)
    const final = others.length === 0 ? 0 : await chain.readFinalNonce(from)
    for (const one of others)
      if (one.nonce >= final || (await chain.hasReceipt(one.hash)))
        throw new SigningRefusedError({
          what,
          rule: `it was signed with nonce ${one.nonce}, and that may still be mined`,
        })
    return before.length === others.length ? 'first' : 'again'
  }

  /**
   * What is good for one use is signed in one form: two of them would be two uses.
   * Asked for again, because an answer was lost, it is signed again as it was.
   */
  const assertSameAsBefore = (one: {
    readonly what: string
    readonly identity: string
    readonly name: string
    readonly hash: Hex
    readonly differs: string
  }): void => {
    const before = ledger.find(one.identity, one.name)
    if (before.some(({ hash }) => hash !== one.hash))
      throw new SigningRefusedError({
        what: one.what,
        rule: `it was signed for ${one.differs}`,
      })
    if (before.length === 0)
      ledger.add({
        chain: one.identity,
        legId: one.name,
        nonce: 0,
        hash: one.hash,
      })
  }

  const checkCall = async (
    approved: ApprovedPlan,
    leg: Extract<PlannedLeg, { stepIndex: number }>,
    transaction: LegTransaction,
    turn: 'first' | 'again',
  ): Promise<void> => {
    const { plan, simulation } = approved
    const what = `leg ${transaction.legId}`
    const step = plan.steps[leg.stepIndex]
    if (!step) throw new SigningRefusedError({ what, rule: 'no such step' })
    if (!isSameAddress(transaction.from, plan.account))
      throw new SigningRefusedError({ what, rule: 'another account signs it' })
    if (transaction.authorization !== undefined)
      throw new SigningRefusedError({ what, rule: 'it changes an account' })
    if (leg.type === 'take-back') {
      const approval = step.approvals[leg.callIndex]
      const data =
        approval &&
        encodeFunctionData({
          abi: erc20Abi,
          functionName: 'approve',
          args: [approval.spender, 0n],
        })
      if (
        !approval ||
        !isSameAddress(transaction.to, approval.token) ||
        transaction.valueWei !== 0n ||
        transaction.data.toLowerCase() !== data?.toLowerCase() ||
        transaction.gasLimit > takeBackGas
      )
        throw new SigningRefusedError({ what, rule: 'it takes nothing back' })
      return
    }
    const planned = step.calls[leg.callIndex]
    const measured =
      simulation.steps[leg.stepIndex]?.calls[leg.callIndex]?.gasLimit ?? 0n
    const problem =
      planned &&
      (findCallProblem({ planned, step, asked: transaction }) ??
        (transaction.gasLimit > measured
          ? `its gas limit is ${transaction.gasLimit} and ${measured} was approved`
          : null))
    if (problem !== null)
      throw new SigningRefusedError({
        what,
        rule: problem ?? 'the plan has no such call',
      })
    if (turn === 'again') return
    if (leg.order === 0) return checkWhole(approved)
    await checkEffects({
      what,
      chain,
      block: await chain.readHead(),
      account: plan.account,
      steps: [step],
      calls: [transaction],
      wrappedNative,
    })
  }

  const checkRedemption = async (
    approved: ApprovedPlan,
    mandateIndex: number,
    transaction: LegTransaction,
  ): Promise<void> => {
    const what = `leg ${transaction.legId}`
    const refuse = (rule: string): never => {
      throw new SigningRefusedError({ what, rule })
    }
    if (!framework) throw refuse('this chain has no delegation framework')
    if (!isSameAddress(transaction.from, addresses.executor))
      refuse('another account signs it')
    if (
      !isSameAddress(transaction.to, framework.delegationManager) ||
      transaction.valueWei !== 0n
    )
      refuse('it does not go to the manager, or pays')
    if (transaction.gasLimit > redemptionGas) refuse('its gas limit is absurd')
    const redemption = readRedemption(transaction.data)
    if (!redemption) throw refuse('it uses no mandate, or several')
    const { authorization } = transaction
    if (
      authorization !== undefined &&
      !isSameAddress(authorization.address, framework.implementation)
    )
      refuse('it gives the account other code')
    const { custody } = approved.plan
    const planned =
      custody?.type === 'mandate' ? custody.mandates[mandateIndex] : undefined
    const problem = planned?.orderId
      ? findStandingProblem({
          plan: approved.plan,
          planned,
          redemption,
          executor: addresses.executor,
        })
      : null
    if (problem !== null) refuse(problem)
    if (planned?.orderId) return
    await checkMandate({
      approved,
      mandateIndex,
      delegation: redemption.delegation,
      framework,
      executor: addresses.executor,
      chain,
    })
  }

  const assertUpgrade = async (
    what: string,
    authorizationNonce: number | undefined,
  ): Promise<void> => {
    if (authorizationNonce === undefined) return
    const nonce = await chain.readNonce(addresses.account)
    if (authorizationNonce < nonce || authorizationNonce > nonce + mostWaiting)
      throw new SigningRefusedError({
        what,
        rule: `it changes the account at nonce ${authorizationNonce}, the chain is at ${nonce}`,
      })
  }

  const assertOrder = async (
    terms: OrderTerms,
    termsHash: Hex,
    approval: Hex | undefined,
  ): Promise<void> => {
    const refuse = (rule: string): never => {
      throw new SigningRefusedError({ what: 'an order', rule })
    }
    if (hashOrderTerms(terms) !== termsHash.toLowerCase())
      refuse('its hash is not that of its terms')
    if (terms.chainId !== chainId) refuse(`it is for chain ${terms.chainId}`)
    if (!isSameAddress(terms.account, addresses.account))
      refuse(`it is of ${terms.account}`)
    // This key's word would stand for that of somebody who never saw it.
    if (
      approvers.length > 0 &&
      !(await isSignedByOneOf({
        hash: hashTypedData(buildOrderTypedData({ terms, termsHash })),
        signature: approval,
        addresses: approvers,
      }))
    )
      refuse('it is not signed by an approver')
    await assertInTime('an order', terms.expiresUnixSeconds)
  }

  const judge = async <Answer>(
    asked: string,
    about: string,
    work: () => Promise<Answer>,
  ): Promise<Answer> => {
    try {
      const halt = options.readHalt?.() ?? null
      if (halt !== null)
        throw new SigningRefusedError({ what: asked, rule: halt })
      const answer = await work()
      options.onVerdict?.({ asked, about, verdict: 'signed' })
      return answer
    } catch (error) {
      options.onVerdict?.({
        asked,
        about,
        verdict: 'refused',
        rule:
          error instanceof SigningRefusedError
            ? (error.facts.rule ?? '')
            : 'it could not be checked',
      })
      throw error
    }
  }

  const sign = async (
    identity: string,
    transaction: LegTransaction,
  ): Promise<{ readonly raw: Hex; readonly hash: Hex }> => {
    const account = await unlock(
      isSameAddress(transaction.from, addresses.executor)
        ? 'executor'
        : 'account',
    )
    const signed = await createLegSigner({ account, chainId }).sign(transaction)
    ledger.add({
      chain: identity,
      legId: transaction.legId,
      nonce: transaction.nonce,
      hash: signed.hash,
    })
    return signed
  }

  /** What belongs to no plan, and gives nobody but the user anything. */
  const signGift = async (
    transaction: LegTransaction,
  ): Promise<{ readonly raw: Hex; readonly hash: Hex }> => {
    const what = `leg ${transaction.legId}`
    const problem = findGiftProblem({
      transaction,
      account: addresses.account,
      executor: addresses.executor,
      framework,
    })
    if (problem !== null) throw new SigningRefusedError({ what, rule: problem })
    const head = await chain.readHead()
    const most = 10n * head.baseFeePerGasWei + 10n ** 10n
    if (transaction.maxFeePerGasWei > most)
      throw new SigningRefusedError({
        what,
        rule: `its fee is ${transaction.maxFeePerGasWei} wei per gas, ${most} at most`,
      })
    const identity = await chain.readIdentity()
    const turn = await assertNonce(what, identity, transaction)
    if (transaction.purpose === 'cancel' && turn === 'first')
      throw new SigningRefusedError({ what, rule: 'nothing to cancel' })
    const ended = readOwnEnd(transaction.data, addresses.account)
    if (ended !== null) assertEnd(what, identity, transaction.legId, ended)
    return sign(identity, transaction)
  }

  let unknownEnds = 0

  /** One leg ends a delegation, so that nobody has the account pay for many. */
  const assertEnd = (
    what: string,
    identity: string,
    legId: string,
    ended: Hex,
  ): void => {
    const isBegun = ledger.find(identity, `end ${ended}`).length > 0
    const isKnown = ledger.find(identity, `delegation ${ended}`).length > 0
    if (!isBegun && !isKnown) {
      if (unknownEnds >= mostUnknownEnds)
        throw new SigningRefusedError({
          what,
          rule: `nobody signed the delegation that it ends, and ${mostUnknownEnds} such were ended since the start`,
        })
      unknownEnds += 1
    }
    assertSameAsBefore({
      what,
      identity,
      name: `end ${ended}`,
      hash: keccak256(stringToHex(legId.toLowerCase())),
      differs: 'another leg, which ends the same delegation',
    })
  }

  /** So that it can be ended without a plan, however many there are. */
  const rememberDelegation = (identity: string, hash: Hex): void =>
    assertSameAsBefore({
      what: 'a delegation',
      identity,
      name: `delegation ${hash}`,
      hash,
      differs: 'another one',
    })

  return {
    addresses,
    approvers,

    signLeg: ({ transaction, dossier }) => {
      const { purpose, legId } = transaction
      const work = async () => {
        const what = `leg ${transaction.legId}`
        if (dossier === undefined) return signGift(transaction)
        const approved = await open(dossier, 'any-mandate')
        if (transaction.planHash.toLowerCase() !== approved.planHash)
          throw new SigningRefusedError({ what, rule: 'it is of another plan' })
        const leg = findLeg(approved, transaction.legId)
        if (!leg)
          throw new SigningRefusedError({ what, rule: 'no leg of the plan' })
        const { maxFeePerGasWei } = approved.simulation.gas
        if (transaction.maxFeePerGasWei > maxFeePerGasWei)
          throw new SigningRefusedError({
            what,
            rule: `its fee is ${transaction.maxFeePerGasWei} wei per gas and ${maxFeePerGasWei} was approved`,
          })
        const identity = await chain.readIdentity()
        const turn = await assertNonce(what, identity, transaction)
        if (transaction.purpose === 'cancel') {
          if (turn === 'first')
            throw new SigningRefusedError({ what, rule: 'nothing to cancel' })
        } else {
          if (turn === 'first') {
            await assertInTime(
              what,
              approved.plan.deadlineUnixSeconds +
                (leg.type === 'take-back' ? takeBackSeconds : 0),
            )
            for (const earlier of listEarlier(approved, leg.order))
              if (
                leg.type !== 'take-back' &&
                ledger.find(identity, earlier).length === 0
              )
                throw new SigningRefusedError({
                  what,
                  rule: 'an earlier leg of its plan was never signed',
                })
          }
          if (leg.type === 'redemption')
            await checkRedemption(approved, leg.mandateIndex, transaction)
          else await checkCall(approved, leg, transaction, turn)
        }
        return sign(identity, transaction)
      }
      return judge(purpose, legId, () => takeTurn(legId, work))
    },

    signMandate: ({ dossier, planHash, mandateIndex, delegation, ...rest }) => {
      const name = nameMandate(planHash, mandateIndex)
      const work = async () => {
        const what = `mandate ${mandateIndex + 1}`
        const approved = await open(dossier, 'own')
        if (planHash.toLowerCase() !== approved.planHash)
          throw new SigningRefusedError({ what, rule: 'it is of another plan' })
        if (!framework)
          throw new SigningRefusedError({
            what,
            rule: 'this chain has no delegation framework',
          })
        await assertInTime(what, approved.plan.deadlineUnixSeconds)
        const { steps, calls } = await checkMandate({
          approved,
          mandateIndex,
          delegation,
          framework,
          executor: addresses.executor,
          chain,
        })
        const identity = await chain.readIdentity()
        if (
          mandateIndex > 0 &&
          ledger.find(identity, nameMandate(planHash, mandateIndex - 1))
            .length === 0
        )
          throw new SigningRefusedError({
            what,
            rule: 'an earlier mandate of its plan was never signed',
          })
        const { authorizationNonce } = rest
        await assertUpgrade(what, authorizationNonce)
        if (mandateIndex === 0) await checkWhole(approved)
        else
          await checkEffects({
            what,
            chain,
            block: await chain.readHead(),
            account: approved.plan.account,
            steps,
            calls,
            wrappedNative,
          })
        const account = await unlock('account')
        assertSameAsBefore({
          what,
          identity,
          name,
          hash: hashDelegation(delegation),
          differs: 'other amounts, and may be used with them',
        })
        rememberDelegation(identity, hashDelegation(delegation))
        return createMandateSigner({ account, deployment })({
          planHash,
          mandateIndex,
          delegation,
          ...rest,
        })
      }
      return judge('mandate', `${planHash}/${mandateIndex}`, () =>
        takeTurn(name, work),
      )
    },

    signReceipt: (receipt) =>
      judge('receipt', receipt.planHash, async () => {
        if (receipt.chainId !== chainId)
          throw new SigningRefusedError({
            what: 'a receipt',
            rule: `it is for chain ${receipt.chainId}`,
          })
        return createAttestor(await unlock('engine')).signReceipt(receipt)
      }),

    signOrder: ({ terms, termsHash, approval }) =>
      judge('order', termsHash, async () => {
        await assertOrder(terms, termsHash, approval)
        return (await unlock('account')).signTypedData(
          buildOrderTypedData({ terms, termsHash }),
        )
      }),

    signOrderMandate: ({
      terms,
      termsHash,
      approval,
      delegation,
      authorizationNonce,
    }) =>
      judge('order mandate', termsHash, async () => {
        const what = 'the mandate of an order'
        await assertOrder(terms, termsHash, approval)
        const enforcers = deployment.periodEnforcers
        if (!framework || !enforcers)
          throw new SigningRefusedError({
            what,
            rule: 'this chain has no contracts for it',
          })
        // A yes to calls of the account is none to transfers away from it.
        if (terms.batch)
          throw new SigningRefusedError({
            what,
            rule: 'its runs are calls of the account, not transfers',
          })
        const drawn = drawPeriodDelegation({
          framework,
          enforcers,
          executor: addresses.executor,
          terms,
          salt: BigInt(termsHash),
        })
        if (hashDelegation(drawn) !== hashDelegation(delegation))
          throw new SigningRefusedError({
            what,
            rule: 'its caveats are not those of its terms',
          })
        await assertUpgrade(what, authorizationNonce)
        const account = await unlock('account')
        rememberDelegation(await chain.readIdentity(), hashDelegation(drawn))
        return createMandateSigner({ account, deployment })({
          planHash: termsHash,
          mandateIndex: 0,
          delegation,
          ...(authorizationNonce === undefined ? {} : { authorizationNonce }),
        })
      }),

    signOrderBatch: ({ terms, termsHash, approval, authorizationNonce }) =>
      judge('order batch', termsHash, async () => {
        await assertOrder(terms, termsHash, approval)
        const enforcers = deployment.periodEnforcers
        if (!framework || !enforcers)
          throw new SigningRefusedError({
            what: 'the mandate of an order',
            rule: 'this chain has no contracts for it',
          })
        assertOrderBatch({ terms, deployment })
        await assertUpgrade('the mandate of an order', authorizationNonce)
        const sign = createMandateSigner({
          account: await unlock('account'),
          deployment,
        })
        const about = { planHash: termsHash, mandateIndex: 0 }
        const drawn = {
          framework,
          enforcers,
          executor: addresses.executor,
          terms,
          salt: BigInt(termsHash),
        }
        const gate = drawGate(drawn)
        const gateSignature = gate
          ? (await sign({ ...about, delegation: gate })).signature
          : undefined
        const delegation = drawBatchDelegation({ ...drawn, gateSignature })
        rememberDelegation(
          await chain.readIdentity(),
          hashDelegation(delegation),
        )
        return {
          ...(await sign({
            ...about,
            delegation,
            ...(authorizationNonce === undefined ? {} : { authorizationNonce }),
          })),
          ...(gateSignature === undefined ? {} : { gateSignature }),
        }
      }),

    signPolicy: (policy) =>
      judge('policy', hashPolicy(policy), async () => {
        const refuse = (rule: string): never => {
          throw new SigningRefusedError({ what: 'a policy', rule })
        }
        if (policy.chainId !== chainId)
          refuse(`it is for chain ${policy.chainId}`)
        if (!isSameAddress(policy.account, addresses.account))
          refuse(`it is of ${policy.account}`)
        // Its person signs it themselves; this key's word would stand for theirs.
        if (approvers.length > 0) refuse('an approver must sign it')
        await assertInTime('a policy', policy.validUntilUnixSeconds)
        return (await unlock('account')).signTypedData(
          buildPolicyTypedData(policy),
        )
      }),

    signTypedData: ({ typedData, dossier }) =>
      judge('typed data', typedData.primaryType, async () => {
        const approved = await open(dossier, 'own')
        const checked = checkTypedData({ typedData, approved })
        await assertInTime('a Permit', approved.plan.deadlineUnixSeconds)
        const identity = await chain.readIdentity()
        const account = await unlock('account')
        const { spender } = checked.message
        assertSameAsBefore({
          what: 'a Permit',
          identity,
          name: `permit ${approved.planHash} ${checked.domain.verifyingContract} ${spender}`,
          hash: hashTypedData(checked),
          differs: 'another nonce, end or name',
        })
        return account.signTypedData(checked)
      }),
  }
}

/** As the record of signatures has it. */
function nameMandate(planHash: Hex, mandateIndex: number): string {
  return `mandate ${planHash} ${mandateIndex}`
}
