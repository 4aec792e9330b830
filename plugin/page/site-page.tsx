import { Alert, AppShell, Badge, Button, Group, SegmentedControl, SimpleGrid, Stack, Text, Title, VisuallyHidden } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useState } from 'react'
import type { Client, LiveEvent } from '../client/client.ts'
import { DoorCard } from './door-card.tsx'
import { EventList } from './event-list.tsx'
import { useLive } from './live.ts'
import { PresentCard } from './present-card.tsx'
import { TraceDrawer } from './trace-drawer.tsx'

/** Doors with their live state beside the live events; on a phone one of the two at a time. */
export function SitePage(props: {
  client: Client
  user: string
  rights: readonly string[]
  leave: (why: string | null) => void
  renew: (rights: readonly string[]) => void
}) {
  const { client, user, rights, leave, renew } = props
  const live = useLive(client, rights, leave, renew)
  const signOut = async () => {
    const { data } = await client.POST('/api/v1/session/end')
    leave(null)
    if (data?.address) window.location.assign(data.address)
  }
  const narrow = useMediaQuery('(max-width: 62em)', false, { getInitialValueInEffect: false })
  const [tab, setTab] = useState('doors')
  const [asked, setAsked] = useState<LiveEvent | null>(null)
  const [presenting, setPresenting] = useState<string | null>(null)
  const elements = live.configuration?.elements ?? []
  const doors = elements.filter(element => element.type === 'door')
  const stateNames = new Map(live.configuration?.stateTypes.map(({ id, name }) => [id, name]))

  // On a phone the switch above shows it; who does not see still hears a heading.
  const heading = (text: string) =>
    narrow ? (
      <VisuallyHidden component="h2">{text}</VisuallyHidden>
    ) : (
      <Title order={2} size="h4">
        {text}
      </Title>
    )
  const doorList = (
    <Stack component="section" aria-label="Doors" gap="sm">
      {heading('Doors')}
      {doors.length === 0 && live.configuration && <Text c="dimmed">The site has no doors that you may see.</Text>}
      <SimpleGrid cols={{ base: 1, sm: 2, md: 1, lg: 2 }}>
        {doors.map(door => (
          <DoorCard
            key={door.id}
            client={client}
            door={door}
            readers={elements.filter(e => e.type === 'reader' && elements.find(p => p.id === e.parent)?.parent === door.id)}
            state={live.states.get(door.id)}
            names={stateNames}
            mayOperate={rights.includes('operate-doors')}
            present={rights.includes('manage-configuration') ? setPresenting : null}
          />
        ))}
      </SimpleGrid>
    </Stack>
  )
  const eventList = (
    <Stack component="section" aria-label="Events" gap="sm">
      {heading('Events')}
      <EventList events={live.events} configuration={live.configuration} people={live.people} ask={setAsked} />
    </Stack>
  )
  return (
    <AppShell header={{ height: 56 }} padding="md">
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Title order={1} size="h4">
              Portunus
            </Title>
            <Badge color={live.connected ? 'green' : 'red'} variant="filled" role="status">
              {live.connected ? 'Live' : 'Connecting'}
            </Badge>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <Text size="sm" visibleFrom="xs">
              {user}
            </Text>
            <Button variant="default" size="xs" onClick={() => void signOut()}>
              Sign out
            </Button>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Main>
        {live.problem && (
          <Alert color="red" mb="md" role="alert">
            {live.problem}
          </Alert>
        )}
        {narrow ? (
          <Stack>
            <SegmentedControl
              fullWidth
              aria-label="What to show"
              value={tab}
              onChange={setTab}
              data={[
                { value: 'doors', label: 'Doors' },
                { value: 'events', label: 'Events' },
              ]}
            />
            {tab === 'doors' ? doorList : eventList}
          </Stack>
        ) : (
          <SimpleGrid cols={2} spacing="xl">
            {doorList}
            {eventList}
          </SimpleGrid>
        )}
      </AppShell.Main>
      <TraceDrawer client={client} event={asked} configuration={live.configuration} people={live.people} close={() => setAsked(null)} />
      <PresentCard client={client} reader={presenting} people={live.people} close={() => setPresenting(null)} />
    </AppShell>
  )
}
