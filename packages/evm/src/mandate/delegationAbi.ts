import { parseAbi, parseAbiParameters } from 'viem'

/** The part of the DelegationManager that mandates use. */
export const delegationManagerAbi = parseAbi([
  'function redeemDelegations(bytes[] permissionContexts, bytes32[] modes, bytes[] executionCallDatas)',
  'function disableDelegation((address delegate, address delegator, bytes32 authority, (address enforcer, bytes terms, bytes args)[] caveats, uint256 salt, bytes signature) delegation)',
  'function disabledDelegations(bytes32 delegationHash) view returns (bool)',
])

/** What the framework itself reverts with. */
export const delegationErrorsAbi = parseAbi([
  'error CannotUseADisabledDelegation()',
  'error InvalidDelegate()',
  'error InvalidDelegator()',
  'error InvalidAuthority()',
  'error InvalidEOASignature()',
  'error InvalidERC1271Signature()',
  'error EmptySignature()',
  'error BatchDataLengthMismatch()',
  'error AlreadyDisabled()',
  'error NotDelegationManager()',
])

/** Signed delegations, as a permission context holds them. */
export const delegationsParameters = parseAbiParameters([
  'Delegation[] delegations',
  'struct Delegation { address delegate; address delegator; bytes32 authority; Caveat[] caveats; uint256 salt; bytes signature; }',
  'struct Caveat { address enforcer; bytes terms; bytes args; }',
])

/** A batch, as ERC-7579 encodes it. */
export const executionsParameters = parseAbiParameters([
  'Execution[] executions',
  'struct Execution { address target; uint256 value; bytes callData; }',
])

/** A delegation by the account's own right, not one that was passed on. */
export const rootAuthority = `0x${'ff'.repeat(32)}` as const

/** ERC-7579: a batch that reverts as a whole. */
export const batchMode = `0x01${'00'.repeat(31)}` as const
