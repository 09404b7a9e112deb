/** The pages run under their own policy: every page is opened, menus and dialogs too, and the browser reports nothing it had to stop. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { inBrowser, noBrowser } from './browser.testing.ts'

test('no page breaks the policy, and what a page did not write itself is not obeyed', { timeout: 240_000, skip: noBrowser }, async (t) => {
  const { running, browser } = await inBrowser(t, { patches: 200 })
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' })
  context.setDefaultTimeout(30_000)
  const violations: string[] = []
  await context.exposeFunction('violated', (what: string) => void violations.push(what))
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const report = (globalThis as unknown as { violated(what: string): void }).violated
      report(
        `${location.pathname}: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`,
      )
    })
  })
  const page = await context.newPage()
  const stopped: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) stopped.push(message.text())
  })

  await t.test('every page of the rail, a dialog and a menu', async () => {
    await page.goto(running.address)
    await page.locator('nav a').first().waitFor()
    const paths = await page
      .locator('nav a')
      .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).getAttribute('href') ?? ''))
    assert.ok(paths.length >= 6, `${paths.length} pages`)
    for (const path of new Set([...paths, '/print?what=count'])) {
      await page.goto(running.address + path)
      await page.locator('#root > *').first().waitFor({ state: 'attached' })
      await page.waitForTimeout(700)
    }
    await page.goto(running.address)
    const buttons = page.locator('header button:visible')
    for (let i = 0; i < Math.min(4, await buttons.count()); i++) {
      await buttons.nth(i).click()
      await page.waitForTimeout(300)
      await page.keyboard.press('Escape')
    }
    assert.deepEqual(violations, [])
    assert.deepEqual(stopped, [])
  })

  await t.test('the component library’s styles are there', async () => {
    // a button of the library has its own look only if the styles it writes are obeyed
    const styled = await page.evaluate(() => {
      const button = document.querySelector('.ant-btn')
      return button === null ? null : getComputedStyle(button).borderRadius
    })
    assert.equal(styled, '6px')
  })

  await t.test('a script, a style or a request smuggled into the page does nothing', async () => {
    const ran = await page.evaluate(async () => {
      const host = document.createElement('div')
      host.innerHTML =
        '<img src="x" onerror="window.ran = 1"><style>#smuggled { color: rgb(1, 2, 3) }</style><p id="smuggled" style="position: fixed">x</p><svg onload="window.ran = 2"></svg><a href="javascript:window.ran = 3" id="link">x</a>'
      document.body.append(host)
      const script = document.createElement('script')
      script.textContent = 'window.ran = 4'
      document.body.append(script)
      document.getElementById('link')?.click()
      setTimeout('window.ran = 5' as unknown as () => void, 0) // text made into code, as eval does
      const elsewhere = await fetch('http://127.0.0.2:9/').then(
        () => 'asked',
        () => 'stopped',
      )
      await new Promise((later) => setTimeout(later, 300))
      const smuggled = document.getElementById('smuggled')
      const look = smuggled && getComputedStyle(smuggled)
      return { ran: (window as unknown as { ran?: number }).ran ?? null, color: look?.color, position: look?.position, elsewhere }
    })
    assert.equal(ran.ran, null)
    assert.notEqual(ran.color, 'rgb(1, 2, 3)')
    assert.equal(ran.position, 'static')
    assert.equal(ran.elsewhere, 'stopped')
    // and the browser said so: the listener above does hear
    assert.ok(violations.length >= 5, violations.join('\n'))
  })
})
