import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hex } from '@behest/spec'
import { Keystore } from 'ox'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKeystoreAccount } from './createKeystoreAccount.js'
import {
  DevelopmentKeyRefusedError,
  KeystoreExistsError,
  KeystoreMalformedError,
  KeystoreModeError,
  KeystorePasswordError,
  KeystoreUnwritableError,
} from './errors.js'
import { createKeystoreUnlock, unlockKeystore } from './unlockKeystore.js'

// The scrypt vector of the Web3 Secret Storage Definition.
const vector = {
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '83dbcc02d8ccb40e466191a123791e0e' },
    ciphertext:
      'd172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c',
    kdf: 'scrypt',
    kdfparams: {
      dklen: 32,
      n: 262_144,
      p: 8,
      r: 1,
      salt: 'ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19',
    },
    mac: '2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097',
  },
  id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
  version: 3,
}
const vectorKey =
  '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d'
// Quick to unlock, and written by another implementation.
const quickKey: Hex = `0x${'42'.repeat(32)}`
const quick = (() => {
  const [key, options] = Keystore.scrypt({
    password: 'testpassword',
    n: 1 << 10,
    r: 8,
    p: 1,
  })
  return Keystore.encrypt(quickKey, key, options)
})()
const developmentKey: Hex =
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const password = 'correct horse battery staple'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'behest-keystore-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, content: unknown, mode = 0o600): string => {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(content))
  chmodSync(path, mode)
  return path
}

describe('createKeystoreAccount', () => {
  test('default: the first and the second run have the same address', async () => {
    const path = join(folder, 'new', 'account.json')
    const account = await createKeystoreAccount({ path, password, chainId: 1 })
    const again = await unlockKeystore({ path, password, chainId: 1 })

    expect(again.address).toBe(account.address)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(folder, 'new'))).toEqual(['account.json'])
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      version: 3,
      address: account.address.slice(2).toLowerCase(),
      crypto: { kdf: 'scrypt', kdfparams: { n: 1 << 17, r: 8, p: 1 } },
    })
  }, 30_000)

  test('error: KeystoreExistsError, and the key that was there stays', async () => {
    const path = write('taken.json', vector)
    await expect(
      createKeystoreAccount({ path, password, chainId: 1 }),
    ).rejects.toBeInstanceOf(KeystoreExistsError)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(vector)
    expect(readdirSync(folder).filter((name) => /\.new$/.test(name))).toEqual(
      [],
    )
  }, 30_000)

  test('error: KeystorePasswordError for an empty password', async () => {
    const path = join(folder, 'empty.json')
    await expect(
      createKeystoreAccount({ path, password: '', chainId: 1 }),
    ).rejects.toBeInstanceOf(KeystorePasswordError)
  })

  test('error: KeystoreUnwritableError where there is no folder to be', async () => {
    const file = write('file', 'no folder')
    await expect(
      createKeystoreAccount({ path: join(file, 'x'), password, chainId: 1 }),
    ).rejects.toBeInstanceOf(KeystoreUnwritableError)
  }, 30_000)

  test('error: DevelopmentKeyRefusedError, but not on the local chain', async () => {
    const path = join(folder, 'development.json')
    const options = { path, password, privateKey: developmentKey }
    await expect(
      createKeystoreAccount({ ...options, chainId: 8453 }),
    ).rejects.toBeInstanceOf(DevelopmentKeyRefusedError)
    const account = await createKeystoreAccount({ ...options, chainId: 31337 })
    expect(account.address).toBe('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266')
    await expect(
      unlockKeystore({ path, password, chainId: 1 }),
    ).rejects.toBeInstanceOf(DevelopmentKeyRefusedError)
  }, 30_000)
})

describe('unlockKeystore', () => {
  test('default: the vector of the definition', async () => {
    const account = await unlockKeystore({
      path: write('vector.json', vector),
      password: 'testpassword',
      chainId: 1,
    })
    expect(account.address).toBe(privateKeyToAddress(vectorKey))
  }, 30_000)

  test('behavior: another implementation is read, and reads ours', async () => {
    const theirs = await unlockKeystore({
      path: write('theirs.json', quick),
      password: 'testpassword',
      chainId: 1,
    })
    expect(theirs.address).toBe(privateKeyToAddress(quickKey))
    const path = join(folder, 'ours.json')
    await createKeystoreAccount({
      path,
      password,
      chainId: 1,
      privateKey: quickKey,
    })
    const ours = JSON.parse(readFileSync(path, 'utf8'))
    expect(Keystore.decrypt(ours, Keystore.toKey(ours, { password }))).toBe(
      quickKey,
    )
  }, 30_000)

  test('error: KeystorePasswordError for a wrong password', async () => {
    await expect(
      unlockKeystore({
        path: write('wrong.json', quick),
        password: 'testpasswore',
        chainId: 1,
      }),
    ).rejects.toBeInstanceOf(KeystorePasswordError)
  }, 30_000)

  test.each([0o640, 0o604, 0o660, 0o777])(
    'error: KeystoreModeError for mode %o',
    async (mode) => {
      await expect(
        unlockKeystore({
          path: write(`mode-${mode}.json`, quick, mode),
          password: 'testpassword',
          chainId: 1,
        }),
      ).rejects.toBeInstanceOf(KeystoreModeError)
    },
  )

  test.each([
    ['no file', undefined],
    ['another version', { ...vector, version: 1 }],
    ['another kdf', { ...vector, crypto: { ...vector.crypto, kdf: 'pbkdf2' } }],
    [
      'endless work',
      {
        ...vector,
        crypto: {
          ...vector.crypto,
          kdfparams: { ...vector.crypto.kdfparams, n: 2 ** 30 },
        },
      },
    ],
    ['text', 'not a keystore'],
  ])('error: KeystoreMalformedError for %s', async (name, content) => {
    const path =
      content === undefined
        ? join(folder, 'missing.json')
        : write(`${name}.json`, content)
    await expect(
      unlockKeystore({ path, password: 'testpassword', chainId: 1 }),
    ).rejects.toBeInstanceOf(KeystoreMalformedError)
  })

  test('error: KeystoreMalformedError when it says another address', async () => {
    await expect(
      unlockKeystore({
        path: write('liar.json', { ...quick, address: '11'.repeat(20) }),
        password: 'testpassword',
        chainId: 1,
      }),
    ).rejects.toBeInstanceOf(KeystoreMalformedError)
  }, 30_000)
})

describe('createKeystoreUnlock', () => {
  test('behavior: one unlock serves everybody', async () => {
    const unlock = createKeystoreUnlock({
      path: write('once.json', quick),
      password: 'testpassword',
      chainId: 1,
    })
    const [first, second] = await Promise.all([unlock(), unlock()])
    expect(second).toBe(first)
    expect(await unlock()).toBe(first)
  }, 30_000)

  test('behavior: a failure is not kept', async () => {
    const path = join(folder, 'later.json')
    const unlock = createKeystoreUnlock({
      path,
      password: 'testpassword',
      chainId: 1,
    })
    await expect(unlock()).rejects.toBeInstanceOf(KeystoreMalformedError)
    write('later.json', quick)
    expect((await unlock()).address).toMatch(/^0x/)
  }, 30_000)
})
