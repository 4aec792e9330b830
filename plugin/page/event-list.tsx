import { Badge, Card, Group, Stack, Text, UnstyledButton } from '@mantine/core'
import type { Cardholder, Configuration, LiveEvent } from '../client/client.ts'
import { headline, placeOf, reasonWords, timeOf, whoIn } from './words.ts'

const colour = (event: LiveEvent) =>
  event.type === 'access.granted'
    ? 'green'
    : event.categories.includes('Alarm') || event.type === 'access.denied'
      ? 'red'
      : event.categories.length > 0
        ? 'orange'
        : 'gray'

/** Newest first; a click asks why. */
export function EventList(props: {
  events: readonly LiveEvent[] | null
  configuration: Configuration | null
  people: ReadonlyMap<string, Cardholder>
  ask: (event: LiveEvent) => void
}) {
  const { events, configuration, people, ask } = props
  if (events === null) return null
  if (events.length === 0) return <Text c="dimmed">Nothing has happened in the last 30 days.</Text>
  return (
    <Stack gap={6} aria-live="polite" aria-relevant="additions" role="list">
      {events.map(event => (
        <Card key={event.id} withBorder padding={0} role="listitem" data-event={event.type}>
          <UnstyledButton onClick={() => ask(event)} p="xs" w="100%">
            <Group justify="space-between" wrap="nowrap" gap="xs" align="flex-start">
              <Group gap={6} miw={0}>
                <Badge color={colour(event)} variant="filled">
                  {headline(event, configuration)}
                </Badge>
                <Text size="sm">
                  {[placeOf(event, configuration), whoIn(event, people), event.reason && reasonWords(event.reason)]
                    .filter(Boolean)
                    .join(' · ')}
                </Text>
              </Group>
              <Text size="xs" ff="monospace" style={{ whiteSpace: 'nowrap' }}>
                {timeOf(event.time)}
              </Text>
            </Group>
          </UnstyledButton>
        </Card>
      ))}
    </Stack>
  )
}
