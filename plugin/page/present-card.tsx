import { Alert, Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import type { Cardholder, Client } from '../client/client.ts'
import { nameOf } from './words.ts'

/** How long after a key until what was typed is sought, in ms. */
const pauseMs = 250

/** Holds a card to an emulated reader: one of the site's, or any bits. */
export function PresentCard(props: { client: Client; reader: string | null; people: ReadonlyMap<string, Cardholder>; close: () => void }) {
  const { client, reader, people, close } = props
  const [card, setCard] = useState<string | null>(null)
  const [bits, setBits] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [sought, setSought] = useState('')
  const [q] = useDebouncedValue(sought, pauseMs)
  const [found, setFound] = useState<readonly Cardholder[]>([])
  useEffect(() => {
    if (reader === null || q === '') return
    let over = false
    void client.GET('/api/v1/cardholders', { params: { query: { q, limit: 50 } } }).then(({ data }) => {
      // What was found before stays: one of it may be chosen.
      if (data && !over) setFound(before => [...before, ...data.items])
    })
    return () => {
      over = true
    }
  }, [client, reader, q])
  const offered = new Map([...found.map(person => [person.id, person] as const), ...people])
  const cards = [...offered.values()].flatMap(person =>
    person.credentials
      .filter(c => c.type === 'card')
      .map(c => ({ value: c.id, label: `${nameOf(person, person.id)} — ${c.name ?? c.id}` })),
  )
  const present = async () => {
    if (reader === null) return
    const { error } = await client.POST('/api/v1/emulator/swipe', {
      body: { reader, ...(bits !== '' ? { bits } : card === null ? {} : { card }) },
    })
    setProblem(error ? error.detail : null)
    if (!error) close()
  }
  return (
    <Modal.Root opened={reader !== null} onClose={close}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body>
          <Group justify="space-between" pb="sm" pt="md" wrap="nowrap">
            <Modal.Title>Present a card at {reader}</Modal.Title>
            <Modal.CloseButton aria-label="Close" />
          </Group>
          <Stack>
            <Select
              label="Card"
              data={cards}
              value={card}
              onChange={setCard}
              searchable
              onSearchChange={setSought}
              limit={100}
              disabled={bits !== ''}
              comboboxProps={{ withinPortal: true }}
            />
            <TextInput
              label="Or bits as a reader would send them"
              placeholder="10110…"
              value={bits}
              onChange={event => setBits(event.currentTarget.value.trim())}
              error={/^[01]*$/.test(bits) ? null : 'Bits are 0 and 1'}
            />
            {problem && (
              <Alert color="red" role="alert">
                {problem}
              </Alert>
            )}
            <Button disabled={(card === null && bits === '') || !/^[01]*$/.test(bits)} onClick={() => void present()}>
              Present
            </Button>
          </Stack>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
