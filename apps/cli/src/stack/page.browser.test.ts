import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import {
  type Browser,
  type Page,
  chromium as playwright,
} from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readStackConfig } from './stackConfig.js'
import { type Stack, startStack } from './startStack.js'

let stack: Stack
let browser: Browser
let folder: string
const pageErrors: string[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'behest-page-'))
  const ports = await Promise.all([freePort(), freePort(), freePort()])
  stack = await startStack({
    config: readStackConfig({
      BEHEST_DATA: folder,
      BEHEST_INTENT_PORT: String(ports[0]),
      BEHEST_REGISTRY_PORT: String(ports[1]),
      BEHEST_RPC_PORT: String(ports[2]),
    }),
    onProgress: () => undefined,
  })
  browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    // Its own arguments run everything in one process, which ends with a page.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
    ],
    headless: true,
  })
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

async function openPage(width = 900): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 } })
  page.on('pageerror', (error) => pageErrors.push(error.message))
  await page.goto(stack.config.intentUrl)
  return page
}

describe('the page', () => {
  test('behavior: a sentence becomes a preview, a yes, and a receipt', async () => {
    const page = await openPage()
    await page.getByLabel('What do you want?').fill('swap 0.5 ETH for USDC')
    await page.getByRole('button', { name: 'Say it' }).click()
    const card = page.locator('article').last()
    const approve = card.getByRole('button', { name: 'Approve exactly this' })
    await approve.waitFor()
    const preview = await card.locator('.preview').innerText()
    expect(preview).toContain('You give at most')
    expect(preview).toContain('0.5 ETH')
    expect(preview).toMatch(/You get at least\s+1\d{3}\.\d+ USDC/)
    await card.getByText('Every call, from its bytes').click()
    expect(await card.locator('.calls').first().innerText()).toContain(
      'SwapRouter02',
    )
    await approve.click()
    await card.locator('.receipt').waitFor()
    expect(await card.locator('.receipt').innerText()).toContain('MET')
    expect(await card.locator('.receipt td.minus').innerText()).toBe('-0.5')
    await page.close()
  }, 60_000)

  test('behavior: it works with the keyboard alone, on 360 pixels', async () => {
    const page = await openPage(360)
    await page.getByLabel('What do you want?').focus()
    await page.keyboard.type(
      'send 1 USDC to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    )
    await page.keyboard.press('Enter')
    const card = page.locator('article').last()
    const reject = card.getByRole('button', { name: 'Reject' })
    await reject.waitFor()
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    )
    expect(overflow).toBeLessThanOrEqual(0)
    await reject.focus()
    await page.keyboard.press('Enter')
    await card.getByText('You said no. Nothing was sent.').waitFor()
    await page.close()
  }, 60_000)

  test('behavior: a question is answered by typing, and a refusal says why', async () => {
    const page = await openPage()
    const say = page.getByLabel('What do you want?')
    await say.fill('swap ETH for USDC')
    await page.keyboard.press('Enter')
    const card = page.locator('article').last()
    await card.locator('.question input').fill('0.1 ETH')
    await page.keyboard.press('Enter')
    await card.getByRole('button', { name: 'Approve exactly this' }).waitFor()
    await say.fill('swap 5 FOOBAR for USDC')
    await page.keyboard.press('Enter')
    await page.getByText('No token "FOOBAR" is known').waitFor()
    await page.close()
  }, 60_000)

  test('behavior: what was said is there after a reload', async () => {
    const page = await openPage()
    await page.getByText('swap 0.5 ETH for USDC', { exact: true }).waitFor()
    expect(await page.locator('.receipt').count()).toBeGreaterThan(0)
    await page.close()
  }, 60_000)

  test('behavior: nothing on it failed unseen', () => {
    expect(pageErrors).toEqual([])
  })
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port =
        typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
