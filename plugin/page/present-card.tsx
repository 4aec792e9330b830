import { Alert, Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Client, Person } from '../client/client.ts'
import { nameOf } from './words.ts'

/** Holds a card to an emulated reader: one of the site's, or any bits. */
export function PresentCard(props: { client: Client; reader: string | null; people: ReadonlyMap<string, Person>; close: () => void }) {
  const { client, reader, people, close } = props
  const [card, setCard] = useState<string | null>(null)
  const [bits, setBits] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const cards = [...people.values()].flatMap(person =>
    person.credentials
      .filter(c => c.type === 'card')
      .map(c => ({ value: c.id, label: `${nameOf(person, person.id)} — ${c.name ?? c.id}` })),
  )
  const present = async () => {
    const answer = await client.emulate('swipe', bits === '' ? { reader, card } : { reader, bits })
    setProblem(answer.ok ? null : answer.refused.detail)
    if (answer.ok) close()
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
