import { BehestError } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import * as evm from './index.js'

const cause = new TypeError('for programs, not for people')
const address = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
const hash = `0x${'ab'.repeat(32)}`
const path = '/keys/engine.json'

const errors: readonly BehestError[] = [
  new evm.WrongChainError({
    name: 'base',
    expectedChainId: 8453,
    actualChainId: 1,
  }),
  new evm.ContractMissingError({
    name: 'local',
    missing: `permit2 (${address})`,
  }),
  new evm.LocalAddressesMalformedError({ problem: 'it is not JSON', cause }),
  new evm.ChainUnreachableError({
    method: 'eth_call',
    reason: 'it took too long',
    cause,
  }),
  new evm.ChainReadError({
    method: 'eth_simulateV1',
    reason: 'unknown method',
  }),
  new evm.ChainAnswerMalformedError({
    functionName: 'read',
    bytes: 64,
    cause,
  }),
  new evm.StateGoneError({ method: 'eth_call', blockNumber: '12', cause }),
  new evm.TokenUnreadableError({ token: address }),
  new evm.TokenDecimalsMismatchError({
    chain: 'base',
    symbol: 'USDC',
    address,
    listedDecimals: 6,
    contractDecimals: '18',
  }),
  new evm.SimulationTooWideError({ touched: 300, most: 96 }),
  new evm.SimulationUnreliableError({ token: address, account: address }),
  new evm.TransactionNotMinedError({ hash }),
  new evm.RealisedUnknownError({ hash, cause }),
  new evm.DevelopmentKeyRefusedError({ address, chainId: 1 }),
  new evm.KeystoreModeError({
    path,
    problem: 'has mode 0644, so others may read it',
  }),
  new evm.KeystoreExistsError({ path, cause }),
  new evm.KeystoreUnwritableError({ path, cause }),
  new evm.KeystoreMalformedError({ path, problem: 'it is not JSON' }),
  new evm.KeystorePasswordError({ path, problem: 'is wrong' }),
  new evm.SignatureRefusedError({
    legId: 'leg',
    account: address,
    problem: 'it is for chain 1, not 8453',
  }),
  new evm.MandateExpiredError({ account: address, reason: 'Enforcer:why' }),
  new evm.MandateSpentError({ account: address, reason: 'Enforcer:why' }),
  new evm.MandateBatchMismatchError({
    account: address,
    reason: 'Enforcer:why',
  }),
  new evm.MandateOverspentError({ account: address, reason: 'Enforcer:why' }),
  new evm.MandateUnderpaidError({ account: address, reason: 'Enforcer:why' }),
  new evm.MandateRedeemerError({ account: address, reason: 'Enforcer:why' }),
  new evm.MandateRevokedError({ account: address, reason: 'Enforcer:why' }),
  new evm.MandateSignatureError({ account: address, reason: 'Enforcer:why' }),
  new evm.MandateCallFailedError({ account: address, reason: 'Enforcer:why' }),
  new evm.MandateUnsupportedError({ chainId: 1 }),
]

describe('errors', () => {
  test('default: each tells what happened and what to do next', () => {
    expect(
      errors.map(({ code, retry, shortMessage }) =>
        [code, retry, shortMessage].join(' | '),
      ),
    ).toMatchInlineSnapshot(`
      [
        "WRONG_CHAIN | never | The node serves chain 1, not 8453 ("base"). Point BEHEST_RPC_URL to a node of that chain.",
        "CONTRACT_MISSING | never | Chain "local" has no code at permit2 (0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed). Correct its deployment table, or load the snapshot that the addresses belong to.",
        "LOCAL_ADDRESSES_MALFORMED | never | The local chain's addresses cannot be used: it is not JSON. Pass the object in the snapshot's addresses.json.",
        "CHAIN_UNREACHABLE | same-input | The node did not answer eth_call: it took too long. Check that it runs, then try again.",
        "CHAIN_READ_FAILED | same-input | The node refused eth_simulateV1: unknown method. Try again; if it stays, use another node: this needs eth_simulateV1 and state overrides.",
        "CHAIN_ANSWER_MALFORMED | same-input | The node's answer to read is not what the contract can return: its 64 bytes do not decode. Try again; if it stays, use another node.",
        "STATE_GONE | new-quote | The node no longer has the state of block 12. Use a newer block, or a node that keeps old state.",
        "TOKEN_UNREADABLE | ask-user | Contract 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed does not answer as a token does. Name another token.",
        "TOKEN_DECIMALS_MISMATCH | never | USDC on "base" has 18 decimals, but the list says 6. Correct the list before any amount is computed with it.",
        "SIMULATION_TOO_WIDE | new-quote | The calls touch 300 tokens and allowances; at most 96 can be measured. Take another quote.",
        "SIMULATION_UNRELIABLE | new-quote | The balance of 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed in token 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed cannot be read after the calls, so their effect is unknown. Take another quote.",
        "TRANSACTION_NOT_MINED | same-input | Transaction 0xabababababababababababababababababababababababababababababababab has no receipt on this node. Wait until it is mined, then ask again.",
        "REALISED_UNKNOWN | same-input | The node dropped the state around transaction 0xabababababababababababababababababababababababababababababababab and cannot trace it, so how much native coin it moved is unknown. Ask a node that keeps old state.",
        "DEVELOPMENT_KEY_REFUSED | never | 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed is a well-known development account: anybody can empty it on chain 1. Create a key of your own with createKeystoreAccount.",
        "KEYSTORE_MODE_WRONG | never | Keystore /keys/engine.json has mode 0644, so others may read it. Make it yours alone: chmod 600, and check who read it.",
        "KEYSTORE_EXISTS | never | /keys/engine.json is there already, and a key that is overwritten is lost. Choose another path.",
        "KEYSTORE_UNWRITABLE | never | /keys/engine.json cannot be written, so no key was made. Check its folder and the space that is left.",
        "KEYSTORE_MALFORMED | never | /keys/engine.json is not a keystore that can be used: it is not JSON. Name a version 3 keystore with scrypt, or restore it from a copy.",
        "KEYSTORE_PASSWORD_WRONG | ask-user | The password for /keys/engine.json is wrong. Give the one that the keystore was made with.",
        "SIGNATURE_REFUSED | never | The signer of 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed refused leg leg: it is for chain 1, not 8453. Send it through the outbox of its own chain and account.",
        "MANDATE_EXPIRED | new-quote | The mandate of 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed is over (Enforcer:why); nothing moved. Ask for a new plan and approve that.",
        "MANDATE_SPENT | never | The mandate of 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed was used already (Enforcer:why); nothing moved a second time. Look at the receipt of its first use.",
        "MANDATE_BATCH_MISMATCH | never | The calls are not those that 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed gave its mandate for (Enforcer:why); nothing moved. Find out who changed them before you ask again.",
        "MANDATE_OVERSPENT | new-quote | More would leave 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed than its mandate allows (Enforcer:why); nothing moved. Ask for a new plan.",
        "MANDATE_UNDERPAID | new-quote | Less would arrive at 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed than its mandate demands (Enforcer:why); nothing moved. Ask for a new plan.",
        "MANDATE_REDEEMER_WRONG | never | The mandate of 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed is for another executor (Enforcer:why); nothing moved. Have the executor that the plan names carry it out.",
        "MANDATE_REVOKED | ask-user | 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed took its mandate back (Enforcer:why); nothing moved. Ask the user before you make a new plan.",
        "MANDATE_SIGNATURE_WRONG | never | The mandate is not signed by 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed (Enforcer:why); nothing moved. Approve the plan again, so that it is signed anew.",
        "MANDATE_CALL_FAILED | new-quote | A call of the batch fails for 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed (Enforcer:why); nothing moved. Ask for a new plan.",
        "MANDATE_UNSUPPORTED | never | Chain 1 has no delegation framework that we know. Use direct custody there.",
      ]
    `)
  })

  test('behavior: none tells its cause to people', () => {
    for (const error of errors) {
      expect(error).toBeInstanceOf(BehestError)
      expect(JSON.stringify(error.toReport())).not.toContain(cause.message)
    }
  })
})
