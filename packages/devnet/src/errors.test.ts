import { describe, expect, test } from 'vitest'
import {
  DevnetBinaryMissingError,
  DevnetOptionError,
  DevnetPortTakenError,
  DevnetRequestError,
  DevnetRevertError,
  DevnetStartError,
  DevnetStateDamagedError,
  DevnetStateInUseError,
  DevnetTransactionError,
} from './index.js'

describe('errors', () => {
  test('behavior: each says what happened and what to do next', () => {
    const errors = [
      new DevnetBinaryMissingError({ packageName: 'anvil-x', cause: null }),
      new DevnetOptionError({ option: 'port', value: '1', reason: 'too low' }),
      new DevnetPortTakenError({ port: 8545 }),
      new DevnetRequestError({ method: 'eth_x', reason: 'no such method' }),
      new DevnetRevertError({ snapshotId: '0x1' }),
      new DevnetStartError({ reason: 'unexpected argument' }),
      new DevnetStateDamagedError({ file: 'state.json' }),
      new DevnetStateInUseError({ file: 'state.json', processId: 7 }),
      new DevnetTransactionError({ hash: '0x2', reason: 'reverted' }),
    ]
    expect(
      errors.map((error) => `${error.code}: ${error.shortMessage}`),
    ).toMatchInlineSnapshot(`
      [
        "DEVNET_BINARY_MISSING: The local chain's program "anvil-x" is not installed. Run "npm install" without "--omit=optional" on Linux (glibc) or macOS, x64 or arm64, or set BEHEST_RPC_URL to a chain that runs elsewhere.",
        "DEVNET_OPTION_INVALID: The local chain cannot start with port 1: too low. Correct the option.",
        "DEVNET_PORT_TAKEN: Port 8545 on 127.0.0.1 is taken. Stop the program that listens there, or choose another port (BEHEST_RPC_PORT).",
        "DEVNET_REQUEST_FAILED: The local chain refused "eth_x": no such method. Check the request, and that the chain still runs.",
        "DEVNET_REVERT_FAILED: The local chain has no snapshot "0x1". Take a new one: each is used up by one revert, and by a revert to an older one.",
        "DEVNET_START_FAILED: The local chain did not start: unexpected argument. Correct the options, or remove the state file if it is damaged.",
        "DEVNET_STATE_DAMAGED: The local chain's state file "state.json" is damaged. Remove it to start again from the committed snapshot; what happened on this chain is lost then.",
        "DEVNET_STATE_IN_USE: The state file "state.json" belongs to the running chain with process id 7. Stop that chain, or use another file.",
        "DEVNET_TRANSACTION_FAILED: Transaction 0x2 of the local chain reverted. Check that automatic mining is on.",
      ]
    `)
  })
})
