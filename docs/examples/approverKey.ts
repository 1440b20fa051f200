/** A key for whoever says yes second; it prints the address that goes with it. */
//#region key
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createKeystoreAccount } from '@behest/evm'

const password = randomBytes(32).toString('hex')
writeFileSync('approver.password', password, { mode: 0o600, flag: 'wx' })
const { address } = await createKeystoreAccount({
  path: 'approver.json',
  password,
  chainId: 31337,
})
console.log(address)
//#endregion key
