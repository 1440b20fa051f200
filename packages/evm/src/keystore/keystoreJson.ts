import {
  createCipheriv,
  createDecipheriv,
  randomBytes,
  randomUUID,
  type ScryptOptions,
  scrypt,
  timingSafeEqual,
} from 'node:crypto'
import type { Hex } from '@behest/spec'
import { scryptAsync } from '@noble/hashes/scrypt'
import { bytesToHex, hexToBytes, keccak256 } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import * as z from 'zod'

// Named after the Web3 Secret Storage Definition, version 3.
const hexText = z.string().regex(/^(?:[0-9a-fA-F]{2})+$/)

/** Schema of a version 3 keystore with scrypt. */
export const keystoreSchema = z.object({
  version: z.literal(3),
  id: z.string().max(64).optional(),
  address: z
    .string()
    .regex(/^(?:0x)?[0-9a-fA-F]{40}$/)
    .optional(),
  crypto: z.object({
    cipher: z.literal('aes-128-ctr'),
    cipherparams: z.object({ iv: hexText.length(32) }),
    ciphertext: hexText.length(64),
    kdf: z.literal('scrypt'),
    kdfparams: z.object({
      dklen: z.literal(32),
      // A file must not make us compute for hours.
      n: z
        .int()
        .min(1 << 10)
        .max(1 << 20)
        .refine((n) => Number.isInteger(Math.log2(n)), 'is no power of two'),
      p: z.int().min(1).max(16),
      r: z.int().min(1).max(32),
      salt: hexText.max(256),
    }),
    mac: hexText.length(64),
  }),
})
export type KeystoreJson = z.output<typeof keystoreSchema>

/** Half a second of one core, and 128 MiB, for each guess of a password. */
const strength = { n: 1 << 17, r: 8, p: 1 } as const

/**
 * Encrypts a private key.
 *
 * @param privateKey - 32 bytes.
 * @param password - Any text that is not empty.
 * @returns The keystore's JSON.
 */
export async function encryptKey(
  privateKey: Hex,
  password: string,
): Promise<KeystoreJson> {
  const salt = randomBytes(32)
  const iv = randomBytes(16)
  const key = await deriveKey(password, salt, strength)
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), iv)
  const ciphertext = Buffer.concat([
    cipher.update(hexToBytes(privateKey)),
    cipher.final(),
  ])
  return {
    version: 3,
    id: randomUUID(),
    address: privateKeyToAddress(privateKey).slice(2).toLowerCase(),
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: iv.toString('hex') },
      ciphertext: ciphertext.toString('hex'),
      kdf: 'scrypt',
      kdfparams: { dklen: 32, ...strength, salt: salt.toString('hex') },
      mac: getMac(key, ciphertext).toString('hex'),
    },
  }
}

/**
 * Decrypts a private key.
 *
 * @returns The key, or `null` when the password is wrong.
 */
export async function decryptKey(
  keystore: KeystoreJson,
  password: string,
): Promise<Hex | null> {
  const { cipherparams, ciphertext, kdfparams, mac } = keystore.crypto
  const key = await deriveKey(
    password,
    Buffer.from(kdfparams.salt, 'hex'),
    kdfparams,
  )
  const bytes = Buffer.from(ciphertext, 'hex')
  if (!timingSafeEqual(getMac(key, bytes), Buffer.from(mac, 'hex'))) return null
  const decipher = createDecipheriv(
    'aes-128-ctr',
    key.subarray(0, 16),
    Buffer.from(cipherparams.iv, 'hex'),
  )
  return bytesToHex(Buffer.concat([decipher.update(bytes), decipher.final()]))
}

function getMac(key: Buffer, ciphertext: Buffer): Buffer {
  return Buffer.from(
    keccak256(Buffer.concat([key.subarray(16, 32), ciphertext]), 'bytes'),
  )
}

async function deriveKey(
  password: string,
  salt: Buffer,
  { n, r, p }: { readonly n: number; readonly r: number; readonly p: number },
): Promise<Buffer> {
  const text = password.normalize('NFKC')
  // OpenSSL refuses N from 2^(16 r) on, as the definition's own example has it.
  if (r === 1 && n >= 1 << 16)
    return Buffer.from(await scryptAsync(text, salt, { N: n, r, p, dkLen: 32 }))
  const options: ScryptOptions = {
    N: n,
    r,
    p,
    // Node refuses what scrypt itself needs unless it is told how much that is.
    maxmem: 128 * n * r + 128 * r * p + (1 << 20),
  }
  return new Promise((resolve, reject) => {
    scrypt(text, salt, 32, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
