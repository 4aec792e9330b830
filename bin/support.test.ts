import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { openRig } from '../test/api/rig.ts'

it('tells a supplier what went wrong, and nothing about anybody', async () => {
  const rig = await openRig()
  const { site } = rig.plugin.book.configuration()
  const everybody = (await rig.call('GET', 'cardholders?limit=100')).json.items as {
    id: string
    cardholderId: string
    firstName: string
    lastName: string
    email: string | null
    credentials: { id: string; cardNumber?: string }[]
  }[]
  rig.tell('reader.offline', { reader: 'front-in', door: 'front', fault: 'no-reply', source: { kind: 'reader', id: 'front-in' } })
  rig.tell('configuration.rejected', { fault: 'cardholder amber: Amber Holm', source: { kind: 'controller', id: 'ctrl-1' } })
  rig.tell('access.denied', {
    reader: 'front-in',
    door: 'front',
    cardholder: 'amber',
    credential: 'amber-card',
    raw: '00000110011111011010011001',
  })
  await rig.close(true)
  const told = spawnSync('node', ['bin/portunus', 'support', '--data', rig.directory], { encoding: 'utf8' })
  rmSync(rig.directory, { recursive: true, force: true })
  expect(told.status).toBe(0)
  const bundle = JSON.parse(told.stdout)
  expect(bundle).toMatchObject({
    counts: { cardholders: everybody.length, groups: site.groups.length, tokens: 1 },
    site: { doors: expect.arrayContaining([expect.objectContaining({ id: 'front' })]) },
    log: { head: 3 },
  })
  expect(bundle.log.troubles).toEqual([
    expect.objectContaining({ type: 'configuration.rejected' }),
    expect.objectContaining({ type: 'reader.offline', reader: 'front-in', fault: 'no-reply' }),
  ])
  const secrets = everybody.flatMap(({ id, cardholderId, firstName, lastName, email, credentials }) => [
    id,
    cardholderId,
    firstName,
    lastName,
    ...(email === null ? [] : [email]),
    ...credentials.flatMap(each => [each.id, ...(each.cardNumber === undefined ? [] : [each.cardNumber])]),
  ])
  const words = new Set(told.stdout.split(/[^\p{L}\p{N}@.-]+/u))
  expect([...secrets, 'test', '127.0.0.1', rig.token, '00000110011111011010011001'].filter(secret => words.has(secret))).toEqual([])
  expect(told.stdout).not.toMatch(/Amber|Holm|Lobby controller|Front door/)
})

it('says what is wrong where there is nothing to tell of', () => {
  const told = spawnSync('node', ['bin/portunus', 'support', '--data', '/dev/null/none'], { encoding: 'utf8' })
  expect([told.status, told.stdout]).toEqual([2, ''])
  expect(told.stderr).toMatch(/^portunus support: .* is no data directory/m)
})
