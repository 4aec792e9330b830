/** Made from the OpenAPI document of the server by `npm run docs`; a test holds it to the code. */

export interface paths {
  '/api/v1/system': {
    /** Who this server is */
    get: operations['getSystem']
  }
  '/api/v1/session': {
    /** Who am I, and what may I */
    get: operations['getSession']
    /** Sign in */
    post: operations['postSession']
    /** Sign out */
    delete: operations['deleteSession']
  }
  '/api/v1/configuration': {
    /** One consistent snapshot of elements and types, as the asker may see it */
    get: operations['getConfiguration']
  }
  '/api/v1/configuration/diff': {
    /** What has changed since a revision: the summary of "Refresh configuration" */
    get: operations['getConfigurationDiff']
  }
  '/api/v1/elements/{id}': {
    /** One element */
    get: operations['getElementsId']
    /** Shows or hides an element, and says where it is */
    patch: operations['patchElementsId']
  }
  '/api/v1/event-types': {
    /** Every type of event, with its categories and whether it is on */
    get: operations['getEventTypes']
  }
  '/api/v1/event-types/{id}': {
    /** One type of event */
    get: operations['getEventTypesId']
    /** Switches a type of event on or off, and sets its categories */
    patch: operations['patchEventTypesId']
  }
  '/api/v1/states': {
    /** What elements are like now; an id that is not known is left out */
    get: operations['getStates']
  }
  '/api/v1/events': {
    /** Oldest first after a cursor, waiting up to `wait` seconds for the first; newest first without one */
    get: operations['getEvents']
  }
  '/api/v1/events/check': {
    /** Proves that nothing in the log was changed or taken out since it was written: the cursor of the first entry that does not fit */
    get: operations['getEventsCheck']
  }
  '/api/v1/events/{id}': {
    /** One event */
    get: operations['getEventsId']
  }
  '/api/v1/events/{id}/trace': {
    /** Why it was decided so: every check in its order, with what it found */
    get: operations['getEventsIdTrace']
  }
  '/api/v1/stream': {
    /**
     * Everything as it happens: a WebSocket whose first message is a Subscription, or server-sent events
     * @description Each message has `topic`, `type`, `cursor`, `epoch`, `occurredAt`, `deliveredAt` and `backlog`. Messages of the topic `events` are events, or of type `gap`; others are state-changed, states-invalidated, alarm-changed, access-request-changed, configuration-changed, cardholder-changed, cardholder-removed, rights-changed, and of the stream itself subscribed, heartbeat, too-slow, signed-out, stopping. A WebSocket closes with 4400 and a reason for what is no Subscription, 4403 for a topic without the right, 4401 when the session is over, 4008 when it reads too slowly, and 1012 when the server stops. Another Subscription on an open WebSocket takes the place of the one before.
     */
    get: operations['getStream']
  }
  '/api/v1/commands': {
    /** Grants, unlocks, locks, locks down or resets; every door that is concerned tells what it did, within 5 s */
    post: operations['postCommands']
  }
  '/api/v1/access-requests': {
    /** Who was refused and waits for an operator, newest first */
    get: operations['getAccessRequests']
  }
  '/api/v1/access-requests/{id}': {
    /** One access request */
    get: operations['getAccessRequestsId']
  }
  '/api/v1/access-requests/{id}/decision': {
    /** Answers a request; the first operator wins */
    post: operations['postAccessRequestsIdDecision']
  }
  '/api/v1/alarms': {
    /** Alarms that are not closed, newest first */
    get: operations['getAlarms']
  }
  '/api/v1/alarms/{id}': {
    /** One alarm */
    get: operations['getAlarmsId']
    /** Takes an alarm up, hands it on, comments on it, closes it */
    patch: operations['patchAlarmsId']
  }
  '/api/v1/alarms/close': {
    /** Closes every alarm of one source and one type of event: what a VMS does when its own are closed */
    post: operations['postAlarmsClose']
  }
  '/api/v1/cardholders': {
    /** Cardholders by last name; with `q`, those in whose names, numbers, mail addresses, fields or credentials every word occurs */
    get: operations['getCardholders']
    /** Adds a cardholder; an id is made where none is given */
    post: operations['postCardholders']
  }
  '/api/v1/cardholders/{id}': {
    /** One cardholder */
    get: operations['getCardholdersId']
    /** Replaces a cardholder, or adds it under this id */
    put: operations['putCardholdersId']
    /** Removes a cardholder that nothing else uses */
    delete: operations['deleteCardholdersId']
    /** Changes some fields of a cardholder (JSON merge patch, RFC 7396: null takes a field back to its default, lists are replaced whole) */
    patch: operations['patchCardholdersId']
  }
  '/api/v1/cardholders/{id}/credentials': {
    /** Credentials of a cardholder */
    get: operations['getCardholdersIdCredentials']
    /** Gives a cardholder a credential; an id is made where none is given */
    post: operations['postCardholdersIdCredentials']
  }
  '/api/v1/cardholders/{id}/credentials/{credential}': {
    /** Replaces a credential */
    put: operations['putCardholdersIdCredentialsCredential']
    /** Takes a credential away */
    delete: operations['deleteCardholdersIdCredentialsCredential']
  }
  '/api/v1/groups/{id}/members/{cardholder}': {
    /** Makes a cardholder a member */
    put: operations['putGroupsIdMembersCardholder']
    /** Ends a membership */
    delete: operations['deleteGroupsIdMembersCardholder']
  }
  '/api/v1/groups/{id}/members': {
    /** Members of a group */
    get: operations['getGroupsIdMembers']
  }
  '/api/v1/cardholders/{id}/picture': {
    /** Picture of a cardholder */
    get: operations['getCardholdersIdPicture']
    /**
     * Sets the picture from a jpg, png or bmp file of at most 24 million pixels; it is kept as a small jpg without what else was in the file
     * @description At most 20 MiB. Reading it may take 520 MB of memory, and half of what the machine has left: 24 million pixels as cameras write them, 14 million of a JPEG whose colours are as fine as its brightness. What would take more is refused before it is read, with 413.
     */
    put: operations['putCardholdersIdPicture']
    /** Removes the picture */
    delete: operations['deleteCardholdersIdPicture']
  }
  '/api/v1/cardholders/{id}/data': {
    /** Everything that is kept about one person */
    get: operations['getCardholdersIdData']
    /** Erases a person: their names leave everything, their id stays in the log */
    delete: operations['deleteCardholdersIdData']
  }
  '/api/v1/decisions': {
    /** Would it open, and why: the trace, without effect */
    post: operations['postDecisions']
  }
  '/api/v1/cardholders/{id}/doors': {
    /** What opens for a cardholder at an instant, by what they present; as the site says */
    get: operations['getCardholdersIdDoors']
  }
  '/api/v1/doors/{id}/who': {
    /** Who can open a door at an instant, side by side; as the site says */
    get: operations['getDoorsIdWho']
  }
  '/api/v1/readers/{id}/last-card': {
    /** The card swiped last at a reader: its bits, and what every format that fits makes of them */
    get: operations['getReadersIdLastCard']
  }
  '/api/v1/card-formats/guess': {
    /** The format doctor: which formats explain these reads, best first, and a format of their own where none does */
    post: operations['postCardFormatsGuess']
  }
  '/api/v1/controllers/{id}/pin-chart': {
    /** Where each wire goes: JSON, or svg, pdf, html by Accept */
    get: operations['getControllersIdPinChart']
  }
  '/api/v1/configuration/impact': {
    /** Which presentations of the last days would be decided differently under a change, and which stored cards would be read differently */
    post: operations['postConfigurationImpact']
  }
  '/api/v1/readers/{id}/line': {
    /** How the OSDP line of a reader does: what was sent, lost and damaged since its controller started */
    get: operations['getReadersIdLine']
  }
  '/api/v1/readers/{id}/pairing': {
    /** How the last pairing of a reader stands */
    get: operations['getReadersIdPairing']
    /** Gives an OSDP reader a new key: inside its session, or (install) while it is in install mode; ask GET for progress */
    post: operations['postReadersIdPairing']
  }
  '/api/v1/controllers/{id}/terminals': {
    /** Every terminal something hangs on, and how it is now; the topic `terminals` of the stream tells changes */
    get: operations['getControllersIdTerminals']
  }
  '/api/v1/controllers/{id}/log-check': {
    /** Whether the chain of the controller's own log holds */
    get: operations['getControllersIdLogCheck']
  }
  '/api/v1/readers/{id}/scan': {
    /** How the last scan of a reader's line stands */
    get: operations['getReadersIdScan']
    /** Searches the OSDP line of a reader for every reader on it; nobody is polled meanwhile, so it is refused while readers are in use on the line, unless `interrupt` says so. Ask GET for progress */
    post: operations['postReadersIdScan']
    /** Ends a scan before its time; the line goes back to its readers */
    delete: operations['deleteReadersIdScan']
  }
  '/api/v1/readers/{id}/capture': {
    /** The recent bytes of the OSDP line of a reader, as .osdpcap or (by Accept) pcapng; keys, PIN digits and fingerprints are zeros in it */
    get: operations['getReadersIdCapture']
  }
  '/api/v1/readers/{id}/pulses': {
    /** The last frames of a Wiegand reader: bits, timing and the edges of D0 and D1; as application/x-ndjson they are what `portunus wiegand decode` reads */
    get: operations['getReadersIdPulses']
  }
  '/api/v1/schedules': {
    /** Every schedule */
    get: operations['getSchedules']
    /** Adds a schedule; an id is made where none is given */
    post: operations['postSchedules']
  }
  '/api/v1/schedules/{id}': {
    /** One schedule */
    get: operations['getSchedulesId']
    /** Replaces a schedule, or adds it under this id */
    put: operations['putSchedulesId']
    /** Removes a schedule that nothing else uses */
    delete: operations['deleteSchedulesId']
    /** Changes some fields of a schedule (JSON merge patch, RFC 7396: null takes a field back to its default, lists are replaced whole) */
    patch: operations['patchSchedulesId']
  }
  '/api/v1/card-formats': {
    /** Every card format */
    get: operations['getCardFormats']
    /** Adds a card format; an id is made where none is given */
    post: operations['postCardFormats']
  }
  '/api/v1/card-formats/{id}': {
    /** One card format */
    get: operations['getCardFormatsId']
    /** Replaces a card format, or adds it under this id */
    put: operations['putCardFormatsId']
    /** Removes a card format that nothing else uses */
    delete: operations['deleteCardFormatsId']
    /** Changes some fields of a card format (JSON merge patch, RFC 7396: null takes a field back to its default, lists are replaced whole) */
    patch: operations['patchCardFormatsId']
  }
  '/api/v1/identification-profiles': {
    /** Every identification profile */
    get: operations['getIdentificationProfiles']
    /** Adds an identification profile; an id is made where none is given */
    post: operations['postIdentificationProfiles']
  }
  '/api/v1/identification-profiles/{id}': {
    /** One identification profile */
    get: operations['getIdentificationProfilesId']
    /** Replaces an identification profile, or adds it under this id */
    put: operations['putIdentificationProfilesId']
    /** Removes an identification profile that nothing else uses */
    delete: operations['deleteIdentificationProfilesId']
    /** Changes some fields of an identification profile (JSON merge patch, RFC 7396: null takes a field back to its default, lists are replaced whole) */
    patch: operations['patchIdentificationProfilesId']
  }
  '/api/v1/doors': {
    /** Every door */
    get: operations['getDoors']
    /** Adds a door; an id is made where none is given */
    post: operations['postDoors']
  }
  '/api/v1/doors/{id}': {
    /** One door */
    get: operations['getDoorsId']
    /** Replaces a door, or adds it under this id */
    put: operations['putDoorsId']
    /** Removes a door that nothing else uses */
    delete: operations['deleteDoorsId']
    /** Changes some fields of a door (JSON merge patch, RFC 7396: null takes a field back to its default, lists are replaced whole) */
    patch: operations['patchDoorsId']
  }
  '/api/v1/zones': {
    /** Every zone */
    get: operations['getZones']
    /** Adds a zone; an id is made where none is given */
    post: operations['postZones']
  }
  '/api/v1/zones/{id}': {
    /** One zone */
    get: operations['getZonesId']
    /** Replaces a zone, or adds it under this id */
    put: operations['putZonesId']
    /** Removes a zone that nothing else uses */
    delete: operations['deleteZonesId']
    /** Changes some fields of a zone (JSON merge patch, RFC 7396: null takes a field back to its default, lists are replaced whole) */
    patch: operations['patchZonesId']
  }
  '/api/v1/controllers': {
    /** Every controller */
    get: operations['getControllers']
    /** Adds a controller; an id is made where none is given */
    post: operations['postControllers']
  }
  '/api/v1/controllers/{id}': {
    /** One controller */
    get: operations['getControllersId']
    /** Replaces a controller, or adds it under this id */
    put: operations['putControllersId']
    /** Removes a controller that nothing else uses */
    delete: operations['deleteControllersId']
    /** Changes some fields of a controller (JSON merge patch, RFC 7396: null takes a field back to its default, lists are replaced whole) */
    patch: operations['patchControllersId']
  }
  '/api/v1/cameras': {
    /** Every camera */
    get: operations['getCameras']
    /** Adds a camera; an id is made where none is given */
    post: operations['postCameras']
  }
  '/api/v1/cameras/{id}': {
    /** One camera */
    get: operations['getCamerasId']
    /** Replaces a camera, or adds it under this id */
    put: operations['putCamerasId']
    /** Removes a camera that nothing else uses */
    delete: operations['deleteCamerasId']
    /** Changes some fields of a camera (JSON merge patch, RFC 7396: null takes a field back to its default, lists are replaced whole) */
    patch: operations['patchCamerasId']
  }
  '/api/v1/categories': {
    /** Every category */
    get: operations['getCategories']
    /** Adds a category; an id is made where none is given */
    post: operations['postCategories']
  }
  '/api/v1/categories/{id}': {
    /** One category */
    get: operations['getCategoriesId']
    /** Replaces a category, or adds it under this id */
    put: operations['putCategoriesId']
    /** Removes a category that nothing else uses */
    delete: operations['deleteCategoriesId']
    /** Changes some fields of a category (JSON merge patch, RFC 7396: null takes a field back to its default, lists are replaced whole) */
    patch: operations['patchCategoriesId']
  }
  '/api/v1/alarm-definitions': {
    /** Every alarm definition */
    get: operations['getAlarmDefinitions']
    /** Adds an alarm definition; an id is made where none is given */
    post: operations['postAlarmDefinitions']
  }
  '/api/v1/alarm-definitions/{id}': {
    /** One alarm definition */
    get: operations['getAlarmDefinitionsId']
    /** Replaces an alarm definition, or adds it under this id */
    put: operations['putAlarmDefinitionsId']
    /** Removes an alarm definition that nothing else uses */
    delete: operations['deleteAlarmDefinitionsId']
    /** Changes some fields of an alarm definition (JSON merge patch, RFC 7396: null takes a field back to its default, lists are replaced whole) */
    patch: operations['patchAlarmDefinitionsId']
  }
  '/api/v1/closing-reasons': {
    /** Every closing reason */
    get: operations['getClosingReasons']
    /** Adds a closing reason; an id is made where none is given */
    post: operations['postClosingReasons']
  }
  '/api/v1/closing-reasons/{id}': {
    /** One closing reason */
    get: operations['getClosingReasonsId']
    /** Replaces a closing reason, or adds it under this id */
    put: operations['putClosingReasonsId']
    /** Removes a closing reason that nothing else uses */
    delete: operations['deleteClosingReasonsId']
    /** Changes some fields of a closing reason (JSON merge patch, RFC 7396: null takes a field back to its default, lists are replaced whole) */
    patch: operations['patchClosingReasonsId']
  }
  '/api/v1/groups': {
    /** Every group */
    get: operations['getGroups']
    /** Adds a group; an id is made where none is given */
    post: operations['postGroups']
  }
  '/api/v1/groups/{id}': {
    /** One group */
    get: operations['getGroupsId']
    /** Replaces a group, or adds it under this id */
    put: operations['putGroupsId']
    /** Removes a group that nothing else uses */
    delete: operations['deleteGroupsId']
    /** Changes some fields of a group (JSON merge patch, RFC 7396: null takes a field back to its default, lists are replaced whole) */
    patch: operations['patchGroupsId']
  }
  '/api/v1/access-rules': {
    /** Every access rule */
    get: operations['getAccessRules']
    /** Adds an access rule; an id is made where none is given */
    post: operations['postAccessRules']
  }
  '/api/v1/access-rules/{id}': {
    /** One access rule */
    get: operations['getAccessRulesId']
    /** Replaces an access rule, or adds it under this id */
    put: operations['putAccessRulesId']
    /** Removes an access rule that nothing else uses */
    delete: operations['deleteAccessRulesId']
    /** Changes some fields of an access rule (JSON merge patch, RFC 7396: null takes a field back to its default, lists are replaced whole) */
    patch: operations['patchAccessRulesId']
  }
  '/api/v1/schedules/{id}/holidays': {
    /** Closes a schedule on the whole-day events of an iCalendar file; a date with an exception of its own keeps it */
    post: operations['postSchedulesIdHolidays']
  }
  '/api/v1/controllers/{id}/adoption': {
    /** A one-time code with which this controller joins, good for a day; the code before is good no more */
    post: operations['postControllersIdAdoption']
  }
  '/api/v1/adoptions': {
    /** What a controller says first, once: its code, for the secret of its link */
    post: operations['postAdoptions']
  }
  '/api/v1/settings': {
    /** Settings of the site */
    get: operations['getSettings']
    /** Changes some settings (JSON merge patch, RFC 7396: null takes a part or a field back to its default) */
    patch: operations['patchSettings']
  }
  '/api/v1/encryption/main-key': {
    /** Sets the main encryption key; it is never told again */
    put: operations['putEncryptionMainKey']
  }
  '/api/v1/users': {
    /** Users */
    get: operations['getUsers']
    /** Adds a user */
    post: operations['postUsers']
  }
  '/api/v1/users/{id}': {
    /** One user */
    get: operations['getUsersId']
    /** Removes a user */
    delete: operations['deleteUsersId']
    /** Changes roles, password or state of a user */
    patch: operations['patchUsersId']
  }
  '/api/v1/users/{id}/sessions': {
    /** Signs a user out everywhere; who may still sign in can do so again */
    delete: operations['deleteUsersIdSessions']
  }
  '/api/v1/session/password': {
    /** Changes the own password */
    put: operations['putSessionPassword']
  }
  '/api/v1/roles': {
    /** Roles */
    get: operations['getRoles']
    /** Adds a role; an id is made where none is given */
    post: operations['postRoles']
  }
  '/api/v1/roles/{id}': {
    /** One role */
    get: operations['getRolesId']
    /** Adds or replaces a role */
    put: operations['putRolesId']
    /** Removes a role that nobody has */
    delete: operations['deleteRolesId']
  }
  '/api/v1/tokens': {
    /** API tokens, without their secrets */
    get: operations['getTokens']
    /** Makes an API token; its secret is told this once */
    post: operations['postTokens']
  }
  '/api/v1/tokens/{id}': {
    /** Removes a token; it stops working at once */
    delete: operations['deleteTokensId']
  }
  '/api/v1/identity-provider': {
    /** The identity provider, without its client secret */
    get: operations['getIdentityProvider']
    /**
     * Sets the identity provider; whoever came through the one before has to sign in anew
     * @description The client secret is only ever written: left out, it stays as long as issuer and client id do; `null` is none. It never goes to an issuer it was not given for.
     */
    put: operations['putIdentityProvider']
    /** Removes the identity provider and ends what was signed in through it */
    delete: operations['deleteIdentityProvider']
  }
  '/api/v1/session/oidc': {
    /** Whether one can sign in through an identity provider, and its name */
    get: operations['getSessionOidc']
    /**
     * Begins to sign in through the identity provider: where the browser has to go
     * @description The provider sends the browser back to `/signin-oidc` of this server, with a query that the route `/session/oidc/return` takes.
     */
    post: operations['postSessionOidc']
  }
  '/api/v1/session/oidc/return': {
    /** Ends signing in through the identity provider: a session as for local users */
    post: operations['postSessionOidcReturn']
  }
  '/api/v1/session/end': {
    /**
     * Signs out, and tells where the browser has to go to sign out at the identity provider, too
     * @description `address` is null where nobody has to: for local users, where the provider does not offer it, where `endSession` is off, and after the server was restarted.
     */
    post: operations['postSessionEnd']
  }
  '/api/v1/audit-log': {
    /** Who did what, from where, and whether they might; newest first, or as CSV with all there is */
    get: operations['getAuditLog']
  }
  '/api/v1/audit-log/{revision}': {
    /** What one revision of the audit log changed: every object before and after */
    get: operations['getAuditLogRevision']
  }
  '/api/v1/outlets': {
    /** Every outlet, and how it fares */
    get: operations['getOutlets']
    /** Adds an outlet; it delivers what happens from now on */
    post: operations['postOutlets']
  }
  '/api/v1/outlets/{id}': {
    /** One outlet, and how it fares */
    get: operations['getOutletsId']
    /** Removes an outlet; what it has not delivered is not delivered */
    delete: operations['deleteOutletsId']
    /** Changes some fields of an outlet (JSON merge patch); `after` sends it to another place in the log */
    patch: operations['patchOutletsId']
  }
  '/api/v1/outlets/{id}/test': {
    /** Sends a message that is no event, and tells what became of it */
    post: operations['postOutletsIdTest']
  }
  '/api/v1/outlets/{id}/dead-letters': {
    /** What was given up after a day of attempts, oldest first */
    get: operations['getOutletsIdDeadLetters']
  }
  '/api/v1/outlets/{id}/dead-letters/replay': {
    /** Sends every dead letter again, before what is new */
    post: operations['postOutletsIdDeadLettersReplay']
  }
  '/api/v1/outlets/{id}/dead-letters/{number}/replay': {
    /** Sends one dead letter again */
    post: operations['postOutletsIdDeadLettersNumberReplay']
  }
  '/api/v1/webhooks': {
    /** Every webhook, and how it fares */
    get: operations['getWebhooks']
    /** Adds a webhook; it delivers what happens from now on */
    post: operations['postWebhooks']
  }
  '/api/v1/webhooks/{id}': {
    /** One webhook, and how it fares */
    get: operations['getWebhooksId']
    /** Removes a webhook; what it has not delivered is not delivered */
    delete: operations['deleteWebhooksId']
    /** Changes some fields of a webhook (JSON merge patch); `after` sends it to another place in the log */
    patch: operations['patchWebhooksId']
  }
  '/api/v1/webhooks/{id}/test': {
    /** Sends a message that is no event, and tells what became of it */
    post: operations['postWebhooksIdTest']
  }
  '/api/v1/webhooks/{id}/dead-letters': {
    /** What was given up after a day of attempts, oldest first */
    get: operations['getWebhooksIdDeadLetters']
  }
  '/api/v1/webhooks/{id}/dead-letters/replay': {
    /** Sends every dead letter again, before what is new */
    post: operations['postWebhooksIdDeadLettersReplay']
  }
  '/api/v1/webhooks/{id}/dead-letters/{number}/replay': {
    /** Sends one dead letter again */
    post: operations['postWebhooksIdDeadLettersNumberReplay']
  }
  '/api/v1/backups': {
    /** Backups that are kept, newest first */
    get: operations['getBackups']
    /** Makes a backup now, while everything runs on */
    post: operations['postBackups']
  }
  '/api/v1/backups/{name}': {
    /** A backup as a file */
    get: operations['getBackupsName']
  }
  '/api/v1/backups/passphrase': {
    /** Encrypts backups from now on, or (null) leaves them plain; it is never told again */
    put: operations['putBackupsPassphrase']
  }
  '/api/v1/openapi.json': {
    /** This API as OpenAPI 3.1 */
    get: operations['getOpenapiJson']
  }
  '/api/v1/asyncapi.json': {
    /** The stream as AsyncAPI 3 */
    get: operations['getAsyncapiJson']
  }
  '/api/v1/emulator/swipe': {
    /** Scenario step "swipe" on emulated hardware */
    post: operations['postEmulatorSwipe']
  }
  '/api/v1/emulator/keys': {
    /** Scenario step "keys" on emulated hardware */
    post: operations['postEmulatorKeys']
  }
  '/api/v1/emulator/plate': {
    /** Scenario step "plate" on emulated hardware */
    post: operations['postEmulatorPlate']
  }
  '/api/v1/emulator/mobile': {
    /** Scenario step "mobile" on emulated hardware */
    post: operations['postEmulatorMobile']
  }
  '/api/v1/emulator/open': {
    /** Scenario step "open" on emulated hardware */
    post: operations['postEmulatorOpen']
  }
  '/api/v1/emulator/close': {
    /** Scenario step "close" on emulated hardware */
    post: operations['postEmulatorClose']
  }
  '/api/v1/emulator/force': {
    /** Scenario step "force" on emulated hardware */
    post: operations['postEmulatorForce']
  }
  '/api/v1/emulator/press': {
    /** Scenario step "press" on emulated hardware */
    post: operations['postEmulatorPress']
  }
  '/api/v1/emulator/release': {
    /** Scenario step "release" on emulated hardware */
    post: operations['postEmulatorRelease']
  }
  '/api/v1/emulator/wire': {
    /** Scenario step "wire" on emulated hardware */
    post: operations['postEmulatorWire']
  }
  '/api/v1/emulator/power': {
    /** Scenario step "power" on emulated hardware */
    post: operations['postEmulatorPower']
  }
  '/api/v1/emulator/tamper': {
    /** Scenario step "tamper" on emulated hardware */
    post: operations['postEmulatorTamper']
  }
  '/api/v1/emulator/line': {
    /** Scenario step "line" on emulated hardware */
    post: operations['postEmulatorLine']
  }
  '/api/v1/emulator/attack': {
    /** Scenario step "attack" on emulated hardware */
    post: operations['postEmulatorAttack']
  }
  '/api/v1/site': {
    /** The site as a file, defaults left out, PINs as hashes */
    get: operations['getSite']
    /** Puts a site file in place of the whole site, as one revision; what is not in it is removed */
    put: operations['putSite']
  }
  '/healthz': {
    /** The process answers */
    get: operations['getHealthz']
  }
  '/readyz': {
    /** The server can do its work */
    get: operations['getReadyz']
  }
  '/metrics': {
    /** Figures for Prometheus, on loopback only */
    get: operations['getMetrics']
  }
}
export interface components {
  schemas: {
    NewCredential:
      | {
          id?: string
          name?: string
          /** @constant */
          type: 'card'
          cardNumber: string
          facilityCode?: string
          bitLength: number
          validFrom?: string
          /**
           * @default {
           *       "kind": "none"
           *     }
           */
          validTo?:
            | {
                /** @constant */
                kind: 'none'
              }
            | {
                /** @constant */
                kind: 'date'
                at: string
              }
            | {
                /** @constant */
                kind: 'from-first-use'
                days?: number
                months?: number
                years?: number
                times?: number
              }
            | {
                /** @constant */
                kind: 'from-last-use'
                days?: number
                months?: number
                years?: number
              }
        }
      | {
          id?: string
          name?: string
          /** @constant */
          type: 'pin'
          pin?: string
          pinHash?: string
          duressPin?: string
          duressPinHash?: string
        }
      | {
          id?: string
          name?: string
          /** @constant */
          type: 'licence-plate'
          plate: string
          validFrom?: string
          /**
           * @default {
           *       "kind": "none"
           *     }
           */
          validTo?:
            | {
                /** @constant */
                kind: 'none'
              }
            | {
                /** @constant */
                kind: 'date'
                at: string
              }
            | {
                /** @constant */
                kind: 'from-first-use'
                days?: number
                months?: number
                years?: number
                times?: number
              }
            | {
                /** @constant */
                kind: 'from-last-use'
                days?: number
                months?: number
                years?: number
              }
        }
      | {
          id?: string
          name?: string
          /** @constant */
          type: 'mobile'
          token: string
          validFrom?: string
          /**
           * @default {
           *       "kind": "none"
           *     }
           */
          validTo?:
            | {
                /** @constant */
                kind: 'none'
              }
            | {
                /** @constant */
                kind: 'date'
                at: string
              }
            | {
                /** @constant */
                kind: 'from-first-use'
                days?: number
                months?: number
                years?: number
                times?: number
              }
            | {
                /** @constant */
                kind: 'from-last-use'
                days?: number
                months?: number
                years?: number
              }
        }
    NewOutlet:
      | {
          /** @constant */
          kind: 'webhook'
          name: string
          /** @default true */
          enabled?: boolean
          /** @default {} */
          filter?: {
            /** @default [] */
            types?: (
              | 'access.granted'
              | 'access.denied'
              | 'access.pending'
              | 'access.taken'
              | 'access.not-taken'
              | 'door.opened'
              | 'door.closed'
              | 'door.unlocked'
              | 'door.locked'
              | 'door.rex'
              | 'door.mode-changed'
              | 'door.forced-open'
              | 'door.open-too-long'
              | 'alarm.duress'
              | 'alarm.anti-passback-violation'
              | 'alarm.emergency'
              | 'reader.tamper'
              | 'controller.tamper'
              | 'input.supervision-fault'
              | 'door.forced-open-ended'
              | 'door.open-too-long-ended'
              | 'alarm.emergency-ended'
              | 'reader.tamper-ended'
              | 'controller.tamper-ended'
              | 'input.supervision-restored'
              | 'reader.offline'
              | 'reader.secure-channel-failed'
              | 'controller.offline'
              | 'link.lost'
              | 'store.fault'
              | 'reader.online'
              | 'reader.secure-channel-established'
              | 'reader.key-adopted'
              | 'controller.online'
              | 'link.restored'
              | 'store.restored'
              | 'controller.started'
              | 'reader.pin-blocked'
              | 'zone.anti-passback-suspended'
              | 'controller.power-lost'
              | 'controller.battery-low'
              | 'controller.clock-untrusted'
              | 'controller.clock-changed'
              | 'configuration.rejected'
              | 'credential.over-used'
              | 'outlet.failed'
              | 'reader.pin-unblocked'
              | 'zone.anti-passback-resumed'
              | 'controller.power-restored'
              | 'controller.battery-restored'
              | 'controller.clock-trusted'
              | 'configuration.applied'
              | 'input.changed'
              | 'output.changed'
              | 'outlet.restored'
            )[]
            /** @default [] */
            categories?: string[]
            /** @default [] */
            doors?: string[]
            /** @default true */
            backlog?: boolean
          }
          /** Format: uri */
          url: string
          /** @default false */
          allowHttp?: boolean
          /** @default null */
          ca?: string | null
          /** @default 10 */
          timeoutS?: number
          secret?: string
          previousSecret?: string | null
          token?: string | null
          after?: string
        }
      | {
          /** @constant */
          kind: 'generic-events'
          name: string
          /** @default true */
          enabled?: boolean
          /** @default {} */
          filter?: {
            /** @default [] */
            types?: (
              | 'access.granted'
              | 'access.denied'
              | 'access.pending'
              | 'access.taken'
              | 'access.not-taken'
              | 'door.opened'
              | 'door.closed'
              | 'door.unlocked'
              | 'door.locked'
              | 'door.rex'
              | 'door.mode-changed'
              | 'door.forced-open'
              | 'door.open-too-long'
              | 'alarm.duress'
              | 'alarm.anti-passback-violation'
              | 'alarm.emergency'
              | 'reader.tamper'
              | 'controller.tamper'
              | 'input.supervision-fault'
              | 'door.forced-open-ended'
              | 'door.open-too-long-ended'
              | 'alarm.emergency-ended'
              | 'reader.tamper-ended'
              | 'controller.tamper-ended'
              | 'input.supervision-restored'
              | 'reader.offline'
              | 'reader.secure-channel-failed'
              | 'controller.offline'
              | 'link.lost'
              | 'store.fault'
              | 'reader.online'
              | 'reader.secure-channel-established'
              | 'reader.key-adopted'
              | 'controller.online'
              | 'link.restored'
              | 'store.restored'
              | 'controller.started'
              | 'reader.pin-blocked'
              | 'zone.anti-passback-suspended'
              | 'controller.power-lost'
              | 'controller.battery-low'
              | 'controller.clock-untrusted'
              | 'controller.clock-changed'
              | 'configuration.rejected'
              | 'credential.over-used'
              | 'outlet.failed'
              | 'reader.pin-unblocked'
              | 'zone.anti-passback-resumed'
              | 'controller.power-restored'
              | 'controller.battery-restored'
              | 'controller.clock-trusted'
              | 'configuration.applied'
              | 'input.changed'
              | 'output.changed'
              | 'outlet.restored'
            )[]
            /** @default [] */
            categories?: string[]
            /** @default [] */
            doors?: string[]
            /** @default true */
            backlog?: boolean
          }
          host: string
          port?: number
          /**
           * @default tcp
           * @enum {string}
           */
          protocol?: 'tcp' | 'udp'
          /**
           * @default international
           * @enum {string}
           */
          dataSource?: 'international' | 'compatible'
          /** @enum {string} */
          echo?: 'statistics' | 'all-bytes' | 'none'
          /** @default portunus type={type} source={source} door={door} side={side} reason={reason} id={id} */
          template?: string
          /** @default {} */
          templates?: {
            [key: string]: string
          }
          /** @default 10 */
          timeoutS?: number
          after?: string
        }
      | {
          /** @constant */
          kind: 'mqtt'
          name: string
          /** @default true */
          enabled?: boolean
          /** @default {} */
          filter?: {
            /** @default [] */
            types?: (
              | 'access.granted'
              | 'access.denied'
              | 'access.pending'
              | 'access.taken'
              | 'access.not-taken'
              | 'door.opened'
              | 'door.closed'
              | 'door.unlocked'
              | 'door.locked'
              | 'door.rex'
              | 'door.mode-changed'
              | 'door.forced-open'
              | 'door.open-too-long'
              | 'alarm.duress'
              | 'alarm.anti-passback-violation'
              | 'alarm.emergency'
              | 'reader.tamper'
              | 'controller.tamper'
              | 'input.supervision-fault'
              | 'door.forced-open-ended'
              | 'door.open-too-long-ended'
              | 'alarm.emergency-ended'
              | 'reader.tamper-ended'
              | 'controller.tamper-ended'
              | 'input.supervision-restored'
              | 'reader.offline'
              | 'reader.secure-channel-failed'
              | 'controller.offline'
              | 'link.lost'
              | 'store.fault'
              | 'reader.online'
              | 'reader.secure-channel-established'
              | 'reader.key-adopted'
              | 'controller.online'
              | 'link.restored'
              | 'store.restored'
              | 'controller.started'
              | 'reader.pin-blocked'
              | 'zone.anti-passback-suspended'
              | 'controller.power-lost'
              | 'controller.battery-low'
              | 'controller.clock-untrusted'
              | 'controller.clock-changed'
              | 'configuration.rejected'
              | 'credential.over-used'
              | 'outlet.failed'
              | 'reader.pin-unblocked'
              | 'zone.anti-passback-resumed'
              | 'controller.power-restored'
              | 'controller.battery-restored'
              | 'controller.clock-trusted'
              | 'configuration.applied'
              | 'input.changed'
              | 'output.changed'
              | 'outlet.restored'
            )[]
            /** @default [] */
            categories?: string[]
            /** @default [] */
            doors?: string[]
            /** @default true */
            backlog?: boolean
          }
          /** @default null */
          url?: string | null
          /** @default false */
          allowPlain?: boolean
          /** @default null */
          username?: string | null
          /** @default null */
          clientId?: string | null
          /** @default null */
          ca?: string | null
          /** @default null */
          cert?: string | null
          /** @default portunus */
          prefix?: string
          /** @default false */
          homeAssistant?: boolean
          /** @default homeassistant */
          homeAssistantPrefix?: string
          /** @default false */
          onvif?: boolean
          /** @default [] */
          roles?: string[]
          password?: string | null
          key?: string | null
          after?: string
        }
    NewWebhook: {
      /**
       * @default webhook
       * @constant
       */
      kind?: 'webhook'
      name: string
      /** @default true */
      enabled?: boolean
      /** @default {} */
      filter?: {
        /** @default [] */
        types?: (
          | 'access.granted'
          | 'access.denied'
          | 'access.pending'
          | 'access.taken'
          | 'access.not-taken'
          | 'door.opened'
          | 'door.closed'
          | 'door.unlocked'
          | 'door.locked'
          | 'door.rex'
          | 'door.mode-changed'
          | 'door.forced-open'
          | 'door.open-too-long'
          | 'alarm.duress'
          | 'alarm.anti-passback-violation'
          | 'alarm.emergency'
          | 'reader.tamper'
          | 'controller.tamper'
          | 'input.supervision-fault'
          | 'door.forced-open-ended'
          | 'door.open-too-long-ended'
          | 'alarm.emergency-ended'
          | 'reader.tamper-ended'
          | 'controller.tamper-ended'
          | 'input.supervision-restored'
          | 'reader.offline'
          | 'reader.secure-channel-failed'
          | 'controller.offline'
          | 'link.lost'
          | 'store.fault'
          | 'reader.online'
          | 'reader.secure-channel-established'
          | 'reader.key-adopted'
          | 'controller.online'
          | 'link.restored'
          | 'store.restored'
          | 'controller.started'
          | 'reader.pin-blocked'
          | 'zone.anti-passback-suspended'
          | 'controller.power-lost'
          | 'controller.battery-low'
          | 'controller.clock-untrusted'
          | 'controller.clock-changed'
          | 'configuration.rejected'
          | 'credential.over-used'
          | 'outlet.failed'
          | 'reader.pin-unblocked'
          | 'zone.anti-passback-resumed'
          | 'controller.power-restored'
          | 'controller.battery-restored'
          | 'controller.clock-trusted'
          | 'configuration.applied'
          | 'input.changed'
          | 'output.changed'
          | 'outlet.restored'
        )[]
        /** @default [] */
        categories?: string[]
        /** @default [] */
        doors?: string[]
        /** @default true */
        backlog?: boolean
      }
      /** Format: uri */
      url: string
      /** @default false */
      allowHttp?: boolean
      /** @default null */
      ca?: string | null
      /** @default 10 */
      timeoutS?: number
      secret?: string
      previousSecret?: string | null
      token?: string | null
      after?: string
    }
    NewCardholder: {
      id?: string
      cardholderId?: string
      /** @default  */
      firstName?: string
      /** @default  */
      lastName?: string
      /** @default Employee */
      type?: string
      /** @default null */
      email?: string | null
      /** @default {} */
      custom?: {
        [key: string]: string
      }
      /** @default false */
      longAccessTime?: boolean
      /** @default false */
      suspended?: boolean
      /** @default false */
      allowDoubleSwipe?: boolean
      /** @default false */
      exemptFromLockdown?: boolean
      /** @default false */
      exemptFromAntiPassback?: boolean
      /** @default false */
      global?: boolean
      /** @default null */
      visit?: {
        host: string
        until: string
      } | null
      /** @default [] */
      credentials?: (
        | {
            id?: string
            name?: string
            /** @constant */
            type: 'card'
            cardNumber: string
            facilityCode?: string
            bitLength: number
            validFrom?: string
            /**
             * @default {
             *       "kind": "none"
             *     }
             */
            validTo?:
              | {
                  /** @constant */
                  kind: 'none'
                }
              | {
                  /** @constant */
                  kind: 'date'
                  at: string
                }
              | {
                  /** @constant */
                  kind: 'from-first-use'
                  days?: number
                  months?: number
                  years?: number
                  times?: number
                }
              | {
                  /** @constant */
                  kind: 'from-last-use'
                  days?: number
                  months?: number
                  years?: number
                }
          }
        | {
            id?: string
            name?: string
            /** @constant */
            type: 'pin'
            pin?: string
            pinHash?: string
            duressPin?: string
            duressPinHash?: string
          }
        | {
            id?: string
            name?: string
            /** @constant */
            type: 'licence-plate'
            plate: string
            validFrom?: string
            /**
             * @default {
             *       "kind": "none"
             *     }
             */
            validTo?:
              | {
                  /** @constant */
                  kind: 'none'
                }
              | {
                  /** @constant */
                  kind: 'date'
                  at: string
                }
              | {
                  /** @constant */
                  kind: 'from-first-use'
                  days?: number
                  months?: number
                  years?: number
                  times?: number
                }
              | {
                  /** @constant */
                  kind: 'from-last-use'
                  days?: number
                  months?: number
                  years?: number
                }
          }
        | {
            id?: string
            name?: string
            /** @constant */
            type: 'mobile'
            token: string
            validFrom?: string
            /**
             * @default {
             *       "kind": "none"
             *     }
             */
            validTo?:
              | {
                  /** @constant */
                  kind: 'none'
                }
              | {
                  /** @constant */
                  kind: 'date'
                  at: string
                }
              | {
                  /** @constant */
                  kind: 'from-first-use'
                  days?: number
                  months?: number
                  years?: number
                  times?: number
                }
              | {
                  /** @constant */
                  kind: 'from-last-use'
                  days?: number
                  months?: number
                  years?: number
                }
          }
      )[]
    }
    NewSchedule: {
      id?: string
      name?: string
      /** @default [] */
      weekly?: {
        days: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]
        from: string
        to: string
      }[]
      /** @default [] */
      recurring?: (
        | {
            /** @constant */
            pattern: 'daily'
            from: string
            to: string
            start: string
            /** @default 1 */
            interval?: number
            until?: string
            times?: number
          }
        | {
            /** @constant */
            pattern: 'weekly'
            from: string
            to: string
            start: string
            /** @default 1 */
            interval?: number
            until?: string
            times?: number
            days: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]
          }
        | {
            /** @constant */
            pattern: 'monthly'
            from: string
            to: string
            start: string
            /** @default 1 */
            interval?: number
            until?: string
            times?: number
            dayOfMonth?: number | 'last'
            /** @enum {string} */
            week?: 'first' | 'second' | 'third' | 'fourth' | 'last'
            /** @enum {string} */
            day?: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'
          }
        | {
            /** @constant */
            pattern: 'yearly'
            from: string
            to: string
            start: string
            /** @default 1 */
            interval?: number
            until?: string
            times?: number
            dayOfMonth?: number | 'last'
            /** @enum {string} */
            week?: 'first' | 'second' | 'third' | 'fourth' | 'last'
            /** @enum {string} */
            day?: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'
            month: number
          }
      )[]
      /** @default [] */
      exceptions?: {
        date: string
        intervals: {
          from: string
          to: string
        }[]
      }[]
      /** @default [] */
      periods?: {
        from: string
        to: string
      }[]
    }
    NewCardFormat: {
      id?: string
      name?: string
      /** @default false */
      active?: boolean
      /** @default false */
      invertBitOrder?: boolean
      /** @default false */
      invertByteOrder?: boolean
      bitLength?: number
      fields?: {
        /** @enum {string} */
        name: 'cardNumber' | 'facilityCode' | 'issueLevel' | 'oem'
        range: [number, number]
        /**
         * @default decimal
         * @enum {string}
         */
        output?: 'decimal' | 'hexadecimal'
        /**
         * @default big-endian
         * @enum {string}
         */
        order?: 'big-endian' | 'little-endian'
      }[]
      parity?: {
        bit: number
        /** @enum {string} */
        kind: 'even' | 'odd'
        over: number[]
      }[]
      fixed?: {
        bit: number
        value: 0 | 1
      }[]
    }
    NewIdentificationProfile: {
      id?: string
      name?: string
      /** @default false */
      includeFacilityCode?: boolean
      /** @default [] */
      a?: {
        types: ('card' | 'pin' | 'rex' | 'licence-plate' | 'mobile')[]
        /**
         * @default [
         *       "always"
         *     ]
         */
        schedules?: string[]
      }[]
      /** @default [] */
      b?: {
        types: ('card' | 'pin' | 'rex' | 'licence-plate' | 'mobile')[]
        /**
         * @default [
         *       "always"
         *     ]
         */
        schedules?: string[]
      }[]
    }
    NewDoor:
      | {
          id?: string
          name?: string
          /** @constant */
          type: 'door'
          controller: string
          locks: {
            primary: {
              relay: string
              /**
               * @default fail-secure
               * @enum {string}
               */
              type?: 'fail-secure' | 'fail-safe'
            }
            /** @default null */
            secondary?: {
              relay: string
              /**
               * @default fail-secure
               * @enum {string}
               */
              type?: 'fail-secure' | 'fail-safe'
            } | null
          }
          /** @default card */
          identificationProfile?: string
          /** @default 7 */
          accessTime?: number
          /** @default 30 */
          longAccessTime?: number
          /** @default 30 */
          openTooLongTime?: number
          /** @default 60 */
          longOpenTooLongTime?: number
          /** @default 0 */
          relockDelayMs?: number
          /**
           * @default after-closing
           * @enum {string}
           */
          relock?: 'after-closing' | 'after-opening'
          /** @default [] */
          unlockSchedules?: string[]
          /** @default false */
          firstPersonIn?: boolean
          /** @default null */
          doorMonitor?: {
            port: string
            /**
             * @default circuit-open
             * @enum {string}
             */
            openIf?: 'circuit-open' | 'circuit-closed'
            /** @default 50 */
            debounceMs?: number
            /** @default null */
            supervision?:
              | (
                  | {
                      /** @constant */
                      connection: 'parallel-first'
                    }
                  | {
                      /** @constant */
                      connection: 'serial-first'
                      ohms: number
                    }
                )
              | null
          } | null
          /** @default {} */
          a?: {
            /** @default null */
            reader?:
              | (
                  | {
                      id?: string
                      name?: string
                      /** @default null */
                      pin?: {
                        /** @default 4 */
                        minLength?: number
                        /** @default 4 */
                        maxLength?: number
                        /**
                         * @default #
                         * @enum {string}
                         */
                        endOfPin?: '#' | '*' | 'none'
                      } | null
                      /** @default null */
                      cardFormats?: string[] | null
                      /** @constant */
                      type: 'osdp'
                      port: string
                      /** @default 0 */
                      address?: number
                      /** @default true */
                      secureChannel?: boolean
                    }
                  | {
                      id?: string
                      name?: string
                      /** @default null */
                      pin?: {
                        /** @default 4 */
                        minLength?: number
                        /** @default 4 */
                        maxLength?: number
                        /**
                         * @default #
                         * @enum {string}
                         */
                        endOfPin?: '#' | '*' | 'none'
                      } | null
                      /** @default null */
                      cardFormats?: string[] | null
                      /** @constant */
                      type: 'wiegand'
                      port: string
                      /**
                       * @default single
                       * @enum {string}
                       */
                      led?: 'single' | 'dual'
                      /**
                       * @default 4-bit
                       * @enum {string}
                       */
                      keypad?: '4-bit' | '8-bit' | '10-bit' | '26-bit' | '26-bit-bcd' | 'buffered'
                      /** @default null */
                      tamper?: {
                        /**
                         * @default circuit-open
                         * @enum {string}
                         */
                        activeIf?: 'circuit-open' | 'circuit-closed'
                        /** @default 50 */
                        debounceMs?: number
                      } | null
                      /** @default null */
                      supervision?:
                        | (
                            | {
                                /** @constant */
                                connection: 'parallel-first'
                              }
                            | {
                                /** @constant */
                                connection: 'serial-first'
                                ohms: number
                              }
                          )
                        | null
                    }
                  | {
                      id?: string
                      name?: string
                      /** @default null */
                      pin?: {
                        /** @default 4 */
                        minLength?: number
                        /** @default 4 */
                        maxLength?: number
                        /**
                         * @default #
                         * @enum {string}
                         */
                        endOfPin?: '#' | '*' | 'none'
                      } | null
                      /** @default null */
                      cardFormats?: string[] | null
                      /** @constant */
                      type: 'licence-plate'
                    }
                )
              | null
            /** @default null */
            rex?: {
              /**
               * @default button
               * @enum {string}
               */
              kind?: 'button' | 'pir' | 'push-bar'
              port?: string
              /**
               * @default unlock
               * @enum {string}
               */
              action?: 'unlock' | 'none'
              /**
               * @default circuit-closed
               * @enum {string}
               */
              activeIf?: 'circuit-open' | 'circuit-closed'
              /** @default 50 */
              debounceMs?: number
              /** @default null */
              supervision?:
                | (
                    | {
                        /** @constant */
                        connection: 'parallel-first'
                      }
                    | {
                        /** @constant */
                        connection: 'serial-first'
                        ohms: number
                      }
                  )
                | null
              /**
               * @default blocked
               * @enum {string}
               */
              inLockdown?: 'blocked' | 'works'
              /**
               * @default works
               * @enum {string}
               */
              inInterlock?: 'blocked' | 'works'
            } | null
          }
          /** @default {} */
          b?: {
            /** @default null */
            reader?:
              | (
                  | {
                      id?: string
                      name?: string
                      /** @default null */
                      pin?: {
                        /** @default 4 */
                        minLength?: number
                        /** @default 4 */
                        maxLength?: number
                        /**
                         * @default #
                         * @enum {string}
                         */
                        endOfPin?: '#' | '*' | 'none'
                      } | null
                      /** @default null */
                      cardFormats?: string[] | null
                      /** @constant */
                      type: 'osdp'
                      port: string
                      /** @default 0 */
                      address?: number
                      /** @default true */
                      secureChannel?: boolean
                    }
                  | {
                      id?: string
                      name?: string
                      /** @default null */
                      pin?: {
                        /** @default 4 */
                        minLength?: number
                        /** @default 4 */
                        maxLength?: number
                        /**
                         * @default #
                         * @enum {string}
                         */
                        endOfPin?: '#' | '*' | 'none'
                      } | null
                      /** @default null */
                      cardFormats?: string[] | null
                      /** @constant */
                      type: 'wiegand'
                      port: string
                      /**
                       * @default single
                       * @enum {string}
                       */
                      led?: 'single' | 'dual'
                      /**
                       * @default 4-bit
                       * @enum {string}
                       */
                      keypad?: '4-bit' | '8-bit' | '10-bit' | '26-bit' | '26-bit-bcd' | 'buffered'
                      /** @default null */
                      tamper?: {
                        /**
                         * @default circuit-open
                         * @enum {string}
                         */
                        activeIf?: 'circuit-open' | 'circuit-closed'
                        /** @default 50 */
                        debounceMs?: number
                      } | null
                      /** @default null */
                      supervision?:
                        | (
                            | {
                                /** @constant */
                                connection: 'parallel-first'
                              }
                            | {
                                /** @constant */
                                connection: 'serial-first'
                                ohms: number
                              }
                          )
                        | null
                    }
                  | {
                      id?: string
                      name?: string
                      /** @default null */
                      pin?: {
                        /** @default 4 */
                        minLength?: number
                        /** @default 4 */
                        maxLength?: number
                        /**
                         * @default #
                         * @enum {string}
                         */
                        endOfPin?: '#' | '*' | 'none'
                      } | null
                      /** @default null */
                      cardFormats?: string[] | null
                      /** @constant */
                      type: 'licence-plate'
                    }
                )
              | null
            /** @default null */
            rex?: {
              /**
               * @default button
               * @enum {string}
               */
              kind?: 'button' | 'pir' | 'push-bar'
              port?: string
              /**
               * @default unlock
               * @enum {string}
               */
              action?: 'unlock' | 'none'
              /**
               * @default circuit-closed
               * @enum {string}
               */
              activeIf?: 'circuit-open' | 'circuit-closed'
              /** @default 50 */
              debounceMs?: number
              /** @default null */
              supervision?:
                | (
                    | {
                        /** @constant */
                        connection: 'parallel-first'
                      }
                    | {
                        /** @constant */
                        connection: 'serial-first'
                        ohms: number
                      }
                  )
                | null
              /**
               * @default blocked
               * @enum {string}
               */
              inLockdown?: 'blocked' | 'works'
              /**
               * @default works
               * @enum {string}
               */
              inInterlock?: 'blocked' | 'works'
            } | null
          }
          /** @default null */
          twoPersonRule?: {
            sides: ('a' | 'b')[]
            /**
             * @default [
             *       "always"
             *     ]
             */
            schedules?: string[]
            /** @default 20 */
            timeout?: number
          } | null
          /** @default null */
          doubleSwipe?: {
            /** @default 5 */
            timeout?: number
          } | null
          /** @default null */
          interlock?: string | null
          /** @default null */
          position?: {
            latitude: number
            longitude: number
          } | null
        }
      | {
          id?: string
          name?: string
          /** @constant */
          type: 'monitoring-door'
          controller: string
          doorMonitor: {
            port: string
            /**
             * @default circuit-open
             * @enum {string}
             */
            openIf?: 'circuit-open' | 'circuit-closed'
            /** @default 50 */
            debounceMs?: number
            /** @default null */
            supervision?:
              | (
                  | {
                      /** @constant */
                      connection: 'parallel-first'
                    }
                  | {
                      /** @constant */
                      connection: 'serial-first'
                      ohms: number
                    }
                )
              | null
          }
          /** @default null */
          position?: {
            latitude: number
            longitude: number
          } | null
        }
    NewZone: {
      id?: string
      name?: string
      doors?: (
        | {
            door: string
            /** @constant */
            role: 'perimeter'
            /**
             * @default entrance
             * @enum {string}
             */
            sideA?: 'entrance' | 'leave'
          }
        | {
            door: string
            /** @constant */
            role: 'internal'
          }
      )[]
      /** @default null */
      antiPassback?: {
        /** @enum {string} */
        mode: 'soft' | 'hard'
        /** @default 0 */
        timeout?: number
      } | null
      /** @default null */
      occupancyLimit?: number | null
    }
    NewController: {
      id?: string
      name?: string
      board: string
      parent?: string
      /** @default false */
      emulated?: boolean
      /** @default [] */
      inputs?: (
        | {
            port: string
            name?: string
            /** @default 50 */
            debounceMs?: number
            /** @default null */
            supervision?:
              | (
                  | {
                      /** @constant */
                      connection: 'parallel-first'
                    }
                  | {
                      /** @constant */
                      connection: 'serial-first'
                      ohms: number
                    }
                )
              | null
            /** @constant */
            role: 'general'
            /**
             * @default circuit-closed
             * @enum {string}
             */
            activeIf?: 'circuit-open' | 'circuit-closed'
          }
        | {
            port: string
            name?: string
            /** @default 50 */
            debounceMs?: number
            /** @default null */
            supervision?:
              | (
                  | {
                      /** @constant */
                      connection: 'parallel-first'
                    }
                  | {
                      /** @constant */
                      connection: 'serial-first'
                      ohms: number
                    }
                )
              | null
            /** @constant */
            role: 'emergency'
            /** @default all */
            doors?: 'all' | string[]
            /**
             * @default circuit-open
             * @enum {string}
             */
            activeIf?: 'circuit-open' | 'circuit-closed'
            /** @default false */
            latched?: boolean
          }
      )[]
      /** @default [] */
      outputs?: {
        port: string
        name?: string
      }[]
      /** @default {} */
      serial?: {
        [key: string]: {
          path: string
          /** @default 9600 */
          baudRate?: number
        }
      }
      /** @default {} */
      ports?: {
        [key: string]: {
          /** @default /dev/gpiochip0 */
          chip?: string
          lines: number[]
        }
      }
    }
    NewCamera: {
      id?: string
      /** @default  */
      name?: string
      /** @default [] */
      elements?: string[]
      /** @default null */
      url?: string | null
    }
    NewCategory: {
      id?: string
      name: string
    }
    NewAlarmDefinition: {
      id?: string
      name: string
      /** @default true */
      enabled?: boolean
      /** @default  */
      instructions?: string
      eventTypes: string[]
      /** @default [] */
      sources?: string[]
      /**
       * @default [
       *       "always"
       *     ]
       */
      schedules?: string[]
      /** @default 1 */
      priority?: number
      /** @default null */
      owner?: string | null
      /** @default 60 */
      timeLimit?: number
      /** @default false */
      autoClose?: boolean
      /** @default [] */
      cameras?: string[]
    }
    NewClosingReason: {
      id?: string
      text: string
    }
    NewGroup: {
      id?: string
      name?: string
      initials?: string
      /** @default [] */
      members?: string[]
      /** @default false */
      global?: boolean
    }
    NewAccessRule: {
      id?: string
      name?: string
      /** @default [] */
      cardholders?: string[]
      /** @default [] */
      groups?: string[]
      /** @default [] */
      doors?: string[]
      /** @default [] */
      zones?: string[]
      /** @default [] */
      schedules?: string[]
    }
    Problem: {
      type: string
      title: string
      status: number
      /** @enum {string} */
      code:
        | 'malformed'
        | 'validation-failed'
        | 'unauthenticated'
        | 'wrong-credentials'
        | 'provider-refused'
        | 'sign-in-over'
        | 'untrusted-answer'
        | 'clock-differs'
        | 'no-role-mapped'
        | 'user-disabled'
        | 'forbidden'
        | 'cross-site'
        | 'not-found'
        | 'method-not-allowed'
        | 'not-acceptable'
        | 'already-decided'
        | 'expired'
        | 'closed'
        | 'id-taken'
        | 'id-retired'
        | 'in-use'
        | 'built-in'
        | 'not-emulated'
        | 'not-supported'
        | 'lost-update'
        | 'too-large'
        | 'unsupported-media-type'
        | 'key-reused'
        | 'locked-out'
        | 'too-many-requests'
        | 'internal-error'
        | 'provider-unreachable'
        | 'unreachable'
        | 'storage-full'
        | 'not-ready'
      detail: string
      errors?: {
        /** @enum {string} */
        in: 'body' | 'query' | 'params' | 'headers'
        path: string
        message: string
      }[]
      decidedBy?: string
      decision?: string
      users?: string[]
      retryAfter?: number
    }
    CommandOutcome: {
      id: string
      results: {
        door: string
        /** @enum {string} */
        outcome: 'done' | 'refused' | 'unreachable'
        /** @enum {string} */
        reason?: 'lockdown' | 'monitoring-door' | 'interlock' | 'stale' | 'unreachable' | 'unknown-element'
        detail: string
      }[]
    }
    State: {
      element: string
      states: (
        | 'connected'
        | 'disconnected'
        | 'open'
        | 'closed'
        | 'unknown'
        | 'locked'
        | 'unlocked'
        | 'lockdown'
        | 'emergency'
        | 'override'
        | 'locked-by-operator'
        | 'unlocked-by-operator'
        | 'forced-open'
        | 'open-too-long'
        | 'tamper'
        | 'reader-offline'
        | 'reader-error'
        | 'controller-offline'
        | 'insecure'
        | 'cut'
        | 'short'
        | 'active'
        | 'inactive'
        | 'occupied'
        | 'empty'
        | 'full'
        | 'anti-passback-suspended'
        | 'mains-lost'
        | 'battery-low'
        | 'clock-untrusted'
        | 'clock-wrong'
        | 'store-fault'
      )[]
      flags: {
        alarm: boolean
        tamper: boolean
        offline: boolean
      }
      icon: string
      detail:
        | (
            | {
                /** @constant */
                kind: 'door'
                id: string
                /** @enum {string} */
                mode: 'scheduled' | 'unlocked' | 'locked' | 'lockdown' | 'override' | 'emergency'
                locked: boolean | null
                /** @enum {string} */
                position: 'open' | 'closed' | 'unknown'
                /** @enum {string} */
                status: 'controller-offline' | 'reader-offline' | 'reader-error' | 'online'
                forced: boolean
                openTooLong: boolean
              }
            | {
                /** @constant */
                kind: 'reader'
                id: string
                online: boolean
                secure: boolean | null
                tamper: boolean
                /** @enum {string} */
                led: 'red' | 'green' | 'amber' | 'blue' | 'off'
                flashing: boolean
              }
            | {
                /** @constant */
                kind: 'input'
                id: string
                level: ('open' | 'closed' | 'cut' | 'short') | null
                active: boolean
                fault: ('cut' | 'short') | null
              }
            | {
                /** @constant */
                kind: 'output'
                id: string
                active: boolean
              }
            | {
                /** @constant */
                kind: 'zone'
                id: string
                present: number
                limit: number | null
                full: boolean
                antiPassbackSuspended: boolean
              }
            | {
                /** @constant */
                kind: 'controller'
                id: string
                tamper: boolean
                mains: boolean
                /** @enum {string} */
                battery: 'normal' | 'low'
                clockTrusted: boolean
                storeOk: boolean
              }
          )
        | null
    }
    AccessRequest: {
      id: string
      /** @enum {string} */
      state: 'open' | 'answered' | 'expired'
      event: string | null
      accessPoint: string
      door: string
      reason: string | null
      text: string
      cardholder: {
        id: string
        firstName: string
        lastName: string
        type: string
      } | null
      doorState: components['schemas']['State'] | null
      commands: ('grant' | 'unlock' | 'lock' | 'dismiss')[]
      openedAt: string
      expiresAt: string
      decision: ('grant' | 'unlock' | 'lock' | 'dismiss') | null
      decidedBy: string | null
      decidedAt: string | null
      results: {
        door: string
        /** @enum {string} */
        outcome: 'done' | 'refused' | 'unreachable'
        /** @enum {string} */
        reason?: 'lockdown' | 'monitoring-door' | 'interlock' | 'stale' | 'unreachable' | 'unknown-element'
        detail: string
      }[]
    }
    Alarm: {
      id: string
      event: string
      source: string
      type: string
      door: string | null
      cardholder: string | null
      definition: string | null
      name: string
      instructions: string
      cameras: string[]
      state: 1 | 4 | 9 | 11
      stateName: string
      priority: number
      owner: string | null
      openedAt: string
      changedAt: string
      changedBy: string
      dueAt: string | null
      overdue: boolean
      closingReason: string | null
      comments: {
        at: string
        by: string
        text: string
      }[]
    }
    AuditLine: {
      at: string
      message: string
      /** @enum {string} */
      permission: 'granted' | 'denied'
      /** @enum {string} */
      category: 'sign-in' | 'access' | 'command' | 'access-request' | 'alarm' | 'people' | 'configuration' | 'security' | 'system'
      sourceType: string
      sourceName: string
      user: string
      location: string
      onBehalfOf: string | null
      revision: string | null
    }
    RevisionChange: {
      kind: string
      id: string
      before: {
        [key: string]: unknown
      } | null
      after: {
        [key: string]: unknown
      } | null
    }
    Backup: {
      name: string
      at: string
      bytes: number
      encrypted: boolean
    }
    Cardholder: {
      id: string
      cardholderId?: string
      /** @default  */
      firstName: string
      /** @default  */
      lastName: string
      /** @default Employee */
      type: string
      /** @default null */
      email: string | null
      /** @default {} */
      custom: {
        [key: string]: string
      }
      /** @default false */
      longAccessTime: boolean
      /** @default false */
      suspended: boolean
      /** @default false */
      allowDoubleSwipe: boolean
      /** @default false */
      exemptFromLockdown: boolean
      /** @default false */
      exemptFromAntiPassback: boolean
      /** @default false */
      global: boolean
      /** @default null */
      visit: {
        host: string
        until: string
      } | null
      /** @default [] */
      credentials: (
        | {
            id: string
            name?: string
            /** @constant */
            type: 'card'
            cardNumber: string
            facilityCode?: string
            bitLength: number
            validFrom?: string
            /**
             * @default {
             *       "kind": "none"
             *     }
             */
            validTo:
              | {
                  /** @constant */
                  kind: 'none'
                }
              | {
                  /** @constant */
                  kind: 'date'
                  at: string
                }
              | {
                  /** @constant */
                  kind: 'from-first-use'
                  days?: number
                  months?: number
                  years?: number
                  times?: number
                }
              | {
                  /** @constant */
                  kind: 'from-last-use'
                  days?: number
                  months?: number
                  years?: number
                }
          }
        | {
            id: string
            name?: string
            /** @constant */
            type: 'pin'
            pin?: string
            pinHash?: string
            duressPin?: string
            duressPinHash?: string
          }
        | {
            id: string
            name?: string
            /** @constant */
            type: 'licence-plate'
            plate: string
            validFrom?: string
            /**
             * @default {
             *       "kind": "none"
             *     }
             */
            validTo:
              | {
                  /** @constant */
                  kind: 'none'
                }
              | {
                  /** @constant */
                  kind: 'date'
                  at: string
                }
              | {
                  /** @constant */
                  kind: 'from-first-use'
                  days?: number
                  months?: number
                  years?: number
                  times?: number
                }
              | {
                  /** @constant */
                  kind: 'from-last-use'
                  days?: number
                  months?: number
                  years?: number
                }
          }
        | {
            id: string
            name?: string
            /** @constant */
            type: 'mobile'
            token: string
            validFrom?: string
            /**
             * @default {
             *       "kind": "none"
             *     }
             */
            validTo:
              | {
                  /** @constant */
                  kind: 'none'
                }
              | {
                  /** @constant */
                  kind: 'date'
                  at: string
                }
              | {
                  /** @constant */
                  kind: 'from-first-use'
                  days?: number
                  months?: number
                  years?: number
                  times?: number
                }
              | {
                  /** @constant */
                  kind: 'from-last-use'
                  days?: number
                  months?: number
                  years?: number
                }
          }
      )[]
      groups: string[]
      links: {
        rel: string
        title: string
        href: string
      }[]
    }
    Credential:
      | {
          id: string
          name?: string
          /** @constant */
          type: 'card'
          cardNumber: string
          facilityCode?: string
          bitLength: number
          validFrom?: string
          /**
           * @default {
           *       "kind": "none"
           *     }
           */
          validTo:
            | {
                /** @constant */
                kind: 'none'
              }
            | {
                /** @constant */
                kind: 'date'
                at: string
              }
            | {
                /** @constant */
                kind: 'from-first-use'
                days?: number
                months?: number
                years?: number
                times?: number
              }
            | {
                /** @constant */
                kind: 'from-last-use'
                days?: number
                months?: number
                years?: number
              }
        }
      | {
          id: string
          name?: string
          /** @constant */
          type: 'pin'
          pin?: string
          pinHash?: string
          duressPin?: string
          duressPinHash?: string
        }
      | {
          id: string
          name?: string
          /** @constant */
          type: 'licence-plate'
          plate: string
          validFrom?: string
          /**
           * @default {
           *       "kind": "none"
           *     }
           */
          validTo:
            | {
                /** @constant */
                kind: 'none'
              }
            | {
                /** @constant */
                kind: 'date'
                at: string
              }
            | {
                /** @constant */
                kind: 'from-first-use'
                days?: number
                months?: number
                years?: number
                times?: number
              }
            | {
                /** @constant */
                kind: 'from-last-use'
                days?: number
                months?: number
                years?: number
              }
        }
      | {
          id: string
          name?: string
          /** @constant */
          type: 'mobile'
          token: string
          validFrom?: string
          /**
           * @default {
           *       "kind": "none"
           *     }
           */
          validTo:
            | {
                /** @constant */
                kind: 'none'
              }
            | {
                /** @constant */
                kind: 'date'
                at: string
              }
            | {
                /** @constant */
                kind: 'from-first-use'
                days?: number
                months?: number
                years?: number
                times?: number
              }
            | {
                /** @constant */
                kind: 'from-last-use'
                days?: number
                months?: number
                years?: number
              }
        }
    Element: {
      id: string
      parent: string | null
      /** @enum {string} */
      type: 'server' | 'controller' | 'door' | 'access-point' | 'reader' | 'input' | 'output' | 'zone'
      name: string
      icon: string
      enabled: boolean
      latitude: number | null
      longitude: number | null
      unsupportedCommands: ('grant' | 'unlock' | 'lock' | 'lockdown' | 'reset')[]
    }
    EventType: {
      id: string
      name: string
      categories: string[]
      enabled: boolean
      defaultEnabled: boolean
      elementTypes: ('server' | 'controller' | 'door' | 'access-point' | 'reader' | 'input' | 'output' | 'zone')[]
    }
    Configuration: {
      revision: string
      systemId: string
      elementTypes: {
        /** @enum {string} */
        id: 'server' | 'controller' | 'door' | 'access-point' | 'reader' | 'input' | 'output' | 'zone'
        name: string
        stateTypes: (
          | 'connected'
          | 'disconnected'
          | 'open'
          | 'closed'
          | 'unknown'
          | 'locked'
          | 'unlocked'
          | 'lockdown'
          | 'emergency'
          | 'override'
          | 'locked-by-operator'
          | 'unlocked-by-operator'
          | 'forced-open'
          | 'open-too-long'
          | 'tamper'
          | 'reader-offline'
          | 'reader-error'
          | 'controller-offline'
          | 'insecure'
          | 'cut'
          | 'short'
          | 'active'
          | 'inactive'
          | 'occupied'
          | 'empty'
          | 'full'
          | 'anti-passback-suspended'
          | 'mains-lost'
          | 'battery-low'
          | 'clock-untrusted'
          | 'clock-wrong'
          | 'store-fault'
        )[]
        commandTypes: ('grant' | 'unlock' | 'lock' | 'lockdown' | 'reset')[]
        eventTypes: string[]
      }[]
      elements: components['schemas']['Element'][]
      stateTypes: {
        /** @enum {string} */
        id:
          | 'connected'
          | 'disconnected'
          | 'open'
          | 'closed'
          | 'unknown'
          | 'locked'
          | 'unlocked'
          | 'lockdown'
          | 'emergency'
          | 'override'
          | 'locked-by-operator'
          | 'unlocked-by-operator'
          | 'forced-open'
          | 'open-too-long'
          | 'tamper'
          | 'reader-offline'
          | 'reader-error'
          | 'controller-offline'
          | 'insecure'
          | 'cut'
          | 'short'
          | 'active'
          | 'inactive'
          | 'occupied'
          | 'empty'
          | 'full'
          | 'anti-passback-suspended'
          | 'mains-lost'
          | 'battery-low'
          | 'clock-untrusted'
          | 'clock-wrong'
          | 'store-fault'
        name: string
        icon: string
        flag: string | null
      }[]
      eventTypes: components['schemas']['EventType'][]
      commandTypes: {
        /** @enum {string} */
        id: 'grant' | 'unlock' | 'lock' | 'lockdown' | 'reset'
        name: string
        order: number
        categories: string[]
        elementTypes: ('server' | 'controller' | 'door' | 'access-point' | 'reader' | 'input' | 'output' | 'zone')[]
      }[]
      categories: {
        id: string
        name: string
        builtIn: boolean
      }[]
    }
    Decision: {
      /** @enum {string} */
      outcome: 'granted' | 'denied' | 'waiting'
      reason: string | null
      waiting: string | null
      text: string
      cardholder: string | null
      credential: string | null
      checks: {
        /** @enum {string} */
        check:
          | 'format'
          | 'credential'
          | 'cardholder'
          | 'validity'
          | 'access-rule'
          | 'door-mode'
          | 'identification-profile'
          | 'anti-passback'
          | 'occupancy'
          | 'interlock'
          | 'two-person-rule'
          | 'granted'
        /** @enum {string} */
        outcome: 'passed' | 'failed' | 'not-reached'
        /** @default {} */
        found: {
          [key: string]: unknown
        }
      }[]
      /** @enum {string} */
      basis: 'controller' | 'configuration'
    }
    Event: {
      /** @constant */
      topic: 'events'
      id: string
      controller: string
      logId: string
      sequence: number
      time: string
      type: string
      categories: string[]
      source: {
        /** @enum {string} */
        kind: 'door' | 'access-point' | 'reader' | 'input' | 'output' | 'zone' | 'controller' | 'server'
        id: string
      }
      door?: string
      /** @enum {string} */
      side?: 'a' | 'b'
      reader?: string
      zone?: string
      input?: string
      output?: string
      cardholder?: string
      cardholders?: string[]
      credential?: string
      /** @enum {string} */
      reason?:
        | 'unknown-card-format'
        | 'parity-error'
        | 'unknown-credential'
        | 'ambiguous-credential'
        | 'facility-code-mismatch'
        | 'cardholder-suspended'
        | 'credential-not-yet-valid'
        | 'credential-expired'
        | 'credential-used-up'
        | 'no-access-rule'
        | 'outside-schedule'
        | 'lockdown'
        | 'identification-type-not-allowed'
        | 'identification-timeout'
        | 'wrong-pin'
        | 'pin-blocked'
        | 'credential-mismatch'
        | 'anti-passback'
        | 'zone-full'
        | 'interlock'
        | 'two-person-same-cardholder'
        | 'two-person-timeout'
      /** @enum {string} */
      waiting?: 'card' | 'pin' | 'licence-plate' | 'mobile' | 'second-person'
      /** @enum {string} */
      mode?: 'scheduled' | 'unlocked' | 'locked' | 'lockdown' | 'override' | 'emergency'
      /** @enum {string} */
      state?: 'active' | 'inactive' | 'open' | 'closed' | 'cut' | 'short'
      operator?: string
      onBehalfOf?: string
      raw?: string
      count?: number
      fault?: string
      revision?: string
      outlet?: string
      cursor: string
      epoch: string
      occurredAt: string
      deliveredAt: string
      backlog: boolean
    }
    Gap: {
      /** @enum {string} */
      reason: 'removed' | 'lost-by-controller' | 'log-replaced'
      from?: string
      to?: string
      controller?: string
      logId?: string
      first?: number
      last?: number
    }
    Terminal: {
      id: string
      controller: string
      port: string
      use: string
      door: string | null
      side: ('a' | 'b') | null
      reader: string | null
      level: ('open' | 'closed' | 'cut' | 'short') | null
      active: boolean | null
      energised: boolean | null
      online: boolean | null
    }
    Role: {
      id: string
      name: string
      rights: {
        /** @enum {string} */
        right:
          | 'use-access-control'
          | 'view-cardholders'
          | 'receive-notifications'
          | 'operate-doors'
          | 'manage-alarms'
          | 'manage-cardholders'
          | 'manage-configuration'
          | 'manage-security'
          | 'read-audit-log'
        /** @default [] */
        doors: string[]
        /** @default [] */
        zones: string[]
      }[]
      builtIn: boolean
    }
    User: {
      id: string
      name: string
      roles: string[]
      disabled: boolean
      foreign: boolean
      createdAt: string
    }
    Token: {
      id: string
      name: string
      roles: string[]
      createdAt: string
      expiresAt: string | null
      usedAt: string | null
    }
    LineScan: {
      reader: string
      /** @enum {string} */
      state: 'running' | 'done' | 'failed'
      reason: string | null
      startedAt: string
      endedAt: string | null
      interrupted: string[]
      progress: {
        done: number
        total: number
        baud: number | null
      } | null
      found: {
        address: number
        baud: number | null
        identity: {
          vendor: string
          model: number
          version: number
          serial: number
          firmware: string
        }
        capabilities:
          | {
              function: number
              compliance: number
              count: number
            }[]
          | null
        /** @enum {string} */
        key: 'own' | 'install-mode' | 'none' | 'not-supported' | 'unknown'
        clear: boolean
        others: {
          vendor: string
          model: number
          version: number
          serial: number
          firmware: string
        }[]
        reader: string | null
      }[]
    }
    WiegandFrame: {
      /** @enum {string} */
      kind: 'read' | 'refused'
      reason: string | null
      message: string | null
      keys: boolean
      bits: string | null
      timing: {
        start: number
        end: number
        pulses: number
        width: {
          least: number
          median: number
          greatest: number
        } | null
        interval: {
          least: number
          median: number
          greatest: number
        } | null
        unclosed: number
      }
      repairs: {
        /** @enum {string} */
        kind: 'narrow' | 'bounce' | 'overlap'
        time: number
        width: number | null
      }[]
      edges: [number, number, number][]
      at: string
      bitLength: number | null
    }
    OutletStatus: {
      /** @enum {string} */
      state: 'off' | 'connecting' | 'delivering' | 'waiting' | 'failing'
      position: string
      backlog: number
      delivered: number
      deadLetters: number
      attempts: number
      lastSuccessAt: string | null
      lastFailure: {
        at: string
        message: string
      } | null
      failingSince: string | null
      nextAttemptAt: string | null
      warning: string | null
      connection: string | null
      gap: {
        at: string
        from: string
        to: string
      } | null
    }
    Outlet:
      | {
          /** @constant */
          kind: 'webhook'
          name: string
          /** @default true */
          enabled: boolean
          filter: {
            /** @default [] */
            types: (
              | 'access.granted'
              | 'access.denied'
              | 'access.pending'
              | 'access.taken'
              | 'access.not-taken'
              | 'door.opened'
              | 'door.closed'
              | 'door.unlocked'
              | 'door.locked'
              | 'door.rex'
              | 'door.mode-changed'
              | 'door.forced-open'
              | 'door.open-too-long'
              | 'alarm.duress'
              | 'alarm.anti-passback-violation'
              | 'alarm.emergency'
              | 'reader.tamper'
              | 'controller.tamper'
              | 'input.supervision-fault'
              | 'door.forced-open-ended'
              | 'door.open-too-long-ended'
              | 'alarm.emergency-ended'
              | 'reader.tamper-ended'
              | 'controller.tamper-ended'
              | 'input.supervision-restored'
              | 'reader.offline'
              | 'reader.secure-channel-failed'
              | 'controller.offline'
              | 'link.lost'
              | 'store.fault'
              | 'reader.online'
              | 'reader.secure-channel-established'
              | 'reader.key-adopted'
              | 'controller.online'
              | 'link.restored'
              | 'store.restored'
              | 'controller.started'
              | 'reader.pin-blocked'
              | 'zone.anti-passback-suspended'
              | 'controller.power-lost'
              | 'controller.battery-low'
              | 'controller.clock-untrusted'
              | 'controller.clock-changed'
              | 'configuration.rejected'
              | 'credential.over-used'
              | 'outlet.failed'
              | 'reader.pin-unblocked'
              | 'zone.anti-passback-resumed'
              | 'controller.power-restored'
              | 'controller.battery-restored'
              | 'controller.clock-trusted'
              | 'configuration.applied'
              | 'input.changed'
              | 'output.changed'
              | 'outlet.restored'
            )[]
            /** @default [] */
            categories: string[]
            /** @default [] */
            doors: string[]
            /** @default true */
            backlog: boolean
          }
          /** Format: uri */
          url: string
          /** @default false */
          allowHttp: boolean
          /** @default null */
          ca: string | null
          /** @default 10 */
          timeoutS: number
          id: string
          createdAt: string
          secrets: {
            [key: string]: boolean
          }
          status: components['schemas']['OutletStatus']
          secret?: string
        }
      | {
          /** @constant */
          kind: 'generic-events'
          name: string
          /** @default true */
          enabled: boolean
          filter: {
            /** @default [] */
            types: (
              | 'access.granted'
              | 'access.denied'
              | 'access.pending'
              | 'access.taken'
              | 'access.not-taken'
              | 'door.opened'
              | 'door.closed'
              | 'door.unlocked'
              | 'door.locked'
              | 'door.rex'
              | 'door.mode-changed'
              | 'door.forced-open'
              | 'door.open-too-long'
              | 'alarm.duress'
              | 'alarm.anti-passback-violation'
              | 'alarm.emergency'
              | 'reader.tamper'
              | 'controller.tamper'
              | 'input.supervision-fault'
              | 'door.forced-open-ended'
              | 'door.open-too-long-ended'
              | 'alarm.emergency-ended'
              | 'reader.tamper-ended'
              | 'controller.tamper-ended'
              | 'input.supervision-restored'
              | 'reader.offline'
              | 'reader.secure-channel-failed'
              | 'controller.offline'
              | 'link.lost'
              | 'store.fault'
              | 'reader.online'
              | 'reader.secure-channel-established'
              | 'reader.key-adopted'
              | 'controller.online'
              | 'link.restored'
              | 'store.restored'
              | 'controller.started'
              | 'reader.pin-blocked'
              | 'zone.anti-passback-suspended'
              | 'controller.power-lost'
              | 'controller.battery-low'
              | 'controller.clock-untrusted'
              | 'controller.clock-changed'
              | 'configuration.rejected'
              | 'credential.over-used'
              | 'outlet.failed'
              | 'reader.pin-unblocked'
              | 'zone.anti-passback-resumed'
              | 'controller.power-restored'
              | 'controller.battery-restored'
              | 'controller.clock-trusted'
              | 'configuration.applied'
              | 'input.changed'
              | 'output.changed'
              | 'outlet.restored'
            )[]
            /** @default [] */
            categories: string[]
            /** @default [] */
            doors: string[]
            /** @default true */
            backlog: boolean
          }
          host: string
          port?: number
          /**
           * @default tcp
           * @enum {string}
           */
          protocol: 'tcp' | 'udp'
          /**
           * @default international
           * @enum {string}
           */
          dataSource: 'international' | 'compatible'
          /** @enum {string} */
          echo?: 'statistics' | 'all-bytes' | 'none'
          /** @default portunus type={type} source={source} door={door} side={side} reason={reason} id={id} */
          template: string
          /** @default {} */
          templates: {
            [key: string]: string
          }
          /** @default 10 */
          timeoutS: number
          id: string
          createdAt: string
          secrets: {
            [key: string]: boolean
          }
          status: components['schemas']['OutletStatus']
          secret?: string
        }
      | {
          /** @constant */
          kind: 'mqtt'
          name: string
          /** @default true */
          enabled: boolean
          filter: {
            /** @default [] */
            types: (
              | 'access.granted'
              | 'access.denied'
              | 'access.pending'
              | 'access.taken'
              | 'access.not-taken'
              | 'door.opened'
              | 'door.closed'
              | 'door.unlocked'
              | 'door.locked'
              | 'door.rex'
              | 'door.mode-changed'
              | 'door.forced-open'
              | 'door.open-too-long'
              | 'alarm.duress'
              | 'alarm.anti-passback-violation'
              | 'alarm.emergency'
              | 'reader.tamper'
              | 'controller.tamper'
              | 'input.supervision-fault'
              | 'door.forced-open-ended'
              | 'door.open-too-long-ended'
              | 'alarm.emergency-ended'
              | 'reader.tamper-ended'
              | 'controller.tamper-ended'
              | 'input.supervision-restored'
              | 'reader.offline'
              | 'reader.secure-channel-failed'
              | 'controller.offline'
              | 'link.lost'
              | 'store.fault'
              | 'reader.online'
              | 'reader.secure-channel-established'
              | 'reader.key-adopted'
              | 'controller.online'
              | 'link.restored'
              | 'store.restored'
              | 'controller.started'
              | 'reader.pin-blocked'
              | 'zone.anti-passback-suspended'
              | 'controller.power-lost'
              | 'controller.battery-low'
              | 'controller.clock-untrusted'
              | 'controller.clock-changed'
              | 'configuration.rejected'
              | 'credential.over-used'
              | 'outlet.failed'
              | 'reader.pin-unblocked'
              | 'zone.anti-passback-resumed'
              | 'controller.power-restored'
              | 'controller.battery-restored'
              | 'controller.clock-trusted'
              | 'configuration.applied'
              | 'input.changed'
              | 'output.changed'
              | 'outlet.restored'
            )[]
            /** @default [] */
            categories: string[]
            /** @default [] */
            doors: string[]
            /** @default true */
            backlog: boolean
          }
          /** @default null */
          url: string | null
          /** @default false */
          allowPlain: boolean
          /** @default null */
          username: string | null
          /** @default null */
          clientId: string | null
          /** @default null */
          ca: string | null
          /** @default null */
          cert: string | null
          /** @default portunus */
          prefix: string
          /** @default false */
          homeAssistant: boolean
          /** @default homeassistant */
          homeAssistantPrefix: string
          /** @default false */
          onvif: boolean
          /** @default [] */
          roles: string[]
          id: string
          createdAt: string
          secrets: {
            [key: string]: boolean
          }
          status: components['schemas']['OutletStatus']
          secret?: string
        }
    Webhook: {
      /** @constant */
      kind: 'webhook'
      name: string
      /** @default true */
      enabled: boolean
      filter: {
        /** @default [] */
        types: (
          | 'access.granted'
          | 'access.denied'
          | 'access.pending'
          | 'access.taken'
          | 'access.not-taken'
          | 'door.opened'
          | 'door.closed'
          | 'door.unlocked'
          | 'door.locked'
          | 'door.rex'
          | 'door.mode-changed'
          | 'door.forced-open'
          | 'door.open-too-long'
          | 'alarm.duress'
          | 'alarm.anti-passback-violation'
          | 'alarm.emergency'
          | 'reader.tamper'
          | 'controller.tamper'
          | 'input.supervision-fault'
          | 'door.forced-open-ended'
          | 'door.open-too-long-ended'
          | 'alarm.emergency-ended'
          | 'reader.tamper-ended'
          | 'controller.tamper-ended'
          | 'input.supervision-restored'
          | 'reader.offline'
          | 'reader.secure-channel-failed'
          | 'controller.offline'
          | 'link.lost'
          | 'store.fault'
          | 'reader.online'
          | 'reader.secure-channel-established'
          | 'reader.key-adopted'
          | 'controller.online'
          | 'link.restored'
          | 'store.restored'
          | 'controller.started'
          | 'reader.pin-blocked'
          | 'zone.anti-passback-suspended'
          | 'controller.power-lost'
          | 'controller.battery-low'
          | 'controller.clock-untrusted'
          | 'controller.clock-changed'
          | 'configuration.rejected'
          | 'credential.over-used'
          | 'outlet.failed'
          | 'reader.pin-unblocked'
          | 'zone.anti-passback-resumed'
          | 'controller.power-restored'
          | 'controller.battery-restored'
          | 'controller.clock-trusted'
          | 'configuration.applied'
          | 'input.changed'
          | 'output.changed'
          | 'outlet.restored'
        )[]
        /** @default [] */
        categories: string[]
        /** @default [] */
        doors: string[]
        /** @default true */
        backlog: boolean
      }
      /** Format: uri */
      url: string
      /** @default false */
      allowHttp: boolean
      /** @default null */
      ca: string | null
      /** @default 10 */
      timeoutS: number
      id: string
      createdAt: string
      secrets: {
        [key: string]: boolean
      }
      status: components['schemas']['OutletStatus']
      secret?: string
    }
    DeadLetter: {
      number: number
      cursor: string
      event: string
      type: string
      door: string | null
      occurredAt: string
      givenUpAt: string
      attempts: number
      message: string
      queued: boolean
    }
    Settings: {
      site: {
        name: string
        /** @default UTC */
        timeZone: string
        /** @default null */
        position: {
          latitude: number
          longitude: number
        } | null
      }
      settings: {
        /** @default false */
        verifyFacilityCode: boolean
        /** @default [] */
        customFields: string[]
        pin: {
          /** @default 4 */
          minLength: number
          /** @default 4 */
          maxLength: number
          /**
           * @default #
           * @enum {string}
           */
          endOfPin: '#' | '*' | 'none'
        }
      }
      encryption: {
        /** @default true */
        osdpSecureChannel: boolean
        /** @default true */
        mainKeyDerivesSecureChannelKeys: boolean
      }
      retention: {
        /** @default 30 */
        days: number
        /** @default 10000 */
        atLeast: number
        /** @default null */
        atMost: number | null
      }
      auditRetention: {
        /** @default 365 */
        days: number
        /** @default 5000000 */
        atMost: number
      }
      backups: {
        /** @default 3 */
        hour: number
        /** @default 3 */
        keep: number
      }
    }
    Schedule: {
      id: string
      name?: string
      /** @default [] */
      weekly: {
        days: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]
        from: string
        to: string
      }[]
      /** @default [] */
      recurring: (
        | {
            /** @constant */
            pattern: 'daily'
            from: string
            to: string
            start: string
            /** @default 1 */
            interval: number
            until?: string
            times?: number
          }
        | {
            /** @constant */
            pattern: 'weekly'
            from: string
            to: string
            start: string
            /** @default 1 */
            interval: number
            until?: string
            times?: number
            days: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]
          }
        | {
            /** @constant */
            pattern: 'monthly'
            from: string
            to: string
            start: string
            /** @default 1 */
            interval: number
            until?: string
            times?: number
            dayOfMonth?: number | 'last'
            /** @enum {string} */
            week?: 'first' | 'second' | 'third' | 'fourth' | 'last'
            /** @enum {string} */
            day?: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'
          }
        | {
            /** @constant */
            pattern: 'yearly'
            from: string
            to: string
            start: string
            /** @default 1 */
            interval: number
            until?: string
            times?: number
            dayOfMonth?: number | 'last'
            /** @enum {string} */
            week?: 'first' | 'second' | 'third' | 'fourth' | 'last'
            /** @enum {string} */
            day?: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'
            month: number
          }
      )[]
      /** @default [] */
      exceptions: {
        date: string
        intervals: {
          from: string
          to: string
        }[]
      }[]
      /** @default [] */
      periods: {
        from: string
        to: string
      }[]
      predefined: boolean
    }
    CardFormat: {
      id: string
      name?: string
      /** @default false */
      active: boolean
      /** @default false */
      invertBitOrder: boolean
      /** @default false */
      invertByteOrder: boolean
      bitLength?: number
      fields?: {
        /** @enum {string} */
        name: 'cardNumber' | 'facilityCode' | 'issueLevel' | 'oem'
        range: [number, number]
        /**
         * @default decimal
         * @enum {string}
         */
        output: 'decimal' | 'hexadecimal'
        /**
         * @default big-endian
         * @enum {string}
         */
        order: 'big-endian' | 'little-endian'
      }[]
      parity?: {
        bit: number
        /** @enum {string} */
        kind: 'even' | 'odd'
        over: number[]
      }[]
      fixed?: {
        bit: number
        value: 0 | 1
      }[]
      predefined: boolean
      inForce: boolean
      layout: {
        [key: string]: unknown
      }
    }
    IdentificationProfile: {
      id: string
      name?: string
      /** @default false */
      includeFacilityCode: boolean
      /** @default [] */
      a: {
        types: ('card' | 'pin' | 'rex' | 'licence-plate' | 'mobile')[]
        /**
         * @default [
         *       "always"
         *     ]
         */
        schedules: string[]
      }[]
      /** @default [] */
      b: {
        types: ('card' | 'pin' | 'rex' | 'licence-plate' | 'mobile')[]
        /**
         * @default [
         *       "always"
         *     ]
         */
        schedules: string[]
      }[]
      predefined: boolean
    }
    Door:
      | {
          id: string
          name?: string
          /** @constant */
          type: 'door'
          controller: string
          locks: {
            primary: {
              relay: string
              /**
               * @default fail-secure
               * @enum {string}
               */
              type: 'fail-secure' | 'fail-safe'
            }
            /** @default null */
            secondary: {
              relay: string
              /**
               * @default fail-secure
               * @enum {string}
               */
              type: 'fail-secure' | 'fail-safe'
            } | null
          }
          /** @default card */
          identificationProfile: string
          /** @default 7 */
          accessTime: number
          /** @default 30 */
          longAccessTime: number
          /** @default 30 */
          openTooLongTime: number
          /** @default 60 */
          longOpenTooLongTime: number
          /** @default 0 */
          relockDelayMs: number
          /**
           * @default after-closing
           * @enum {string}
           */
          relock: 'after-closing' | 'after-opening'
          /** @default [] */
          unlockSchedules: string[]
          /** @default false */
          firstPersonIn: boolean
          /** @default null */
          doorMonitor: {
            port: string
            /**
             * @default circuit-open
             * @enum {string}
             */
            openIf: 'circuit-open' | 'circuit-closed'
            /** @default 50 */
            debounceMs: number
            /** @default null */
            supervision:
              | (
                  | {
                      /** @constant */
                      connection: 'parallel-first'
                    }
                  | {
                      /** @constant */
                      connection: 'serial-first'
                      ohms: number
                    }
                )
              | null
          } | null
          a: {
            /** @default null */
            reader:
              | (
                  | {
                      id: string
                      name?: string
                      /** @default null */
                      pin: {
                        /** @default 4 */
                        minLength: number
                        /** @default 4 */
                        maxLength: number
                        /**
                         * @default #
                         * @enum {string}
                         */
                        endOfPin: '#' | '*' | 'none'
                      } | null
                      /** @default null */
                      cardFormats: string[] | null
                      /** @constant */
                      type: 'osdp'
                      port: string
                      /** @default 0 */
                      address: number
                      /** @default true */
                      secureChannel: boolean
                    }
                  | {
                      id: string
                      name?: string
                      /** @default null */
                      pin: {
                        /** @default 4 */
                        minLength: number
                        /** @default 4 */
                        maxLength: number
                        /**
                         * @default #
                         * @enum {string}
                         */
                        endOfPin: '#' | '*' | 'none'
                      } | null
                      /** @default null */
                      cardFormats: string[] | null
                      /** @constant */
                      type: 'wiegand'
                      port: string
                      /**
                       * @default single
                       * @enum {string}
                       */
                      led: 'single' | 'dual'
                      /**
                       * @default 4-bit
                       * @enum {string}
                       */
                      keypad: '4-bit' | '8-bit' | '10-bit' | '26-bit' | '26-bit-bcd' | 'buffered'
                      /** @default null */
                      tamper: {
                        /**
                         * @default circuit-open
                         * @enum {string}
                         */
                        activeIf: 'circuit-open' | 'circuit-closed'
                        /** @default 50 */
                        debounceMs: number
                      } | null
                      /** @default null */
                      supervision:
                        | (
                            | {
                                /** @constant */
                                connection: 'parallel-first'
                              }
                            | {
                                /** @constant */
                                connection: 'serial-first'
                                ohms: number
                              }
                          )
                        | null
                    }
                  | {
                      id: string
                      name?: string
                      /** @default null */
                      pin: {
                        /** @default 4 */
                        minLength: number
                        /** @default 4 */
                        maxLength: number
                        /**
                         * @default #
                         * @enum {string}
                         */
                        endOfPin: '#' | '*' | 'none'
                      } | null
                      /** @default null */
                      cardFormats: string[] | null
                      /** @constant */
                      type: 'licence-plate'
                    }
                )
              | null
            /** @default null */
            rex: {
              /**
               * @default button
               * @enum {string}
               */
              kind: 'button' | 'pir' | 'push-bar'
              port?: string
              /**
               * @default unlock
               * @enum {string}
               */
              action: 'unlock' | 'none'
              /**
               * @default circuit-closed
               * @enum {string}
               */
              activeIf: 'circuit-open' | 'circuit-closed'
              /** @default 50 */
              debounceMs: number
              /** @default null */
              supervision:
                | (
                    | {
                        /** @constant */
                        connection: 'parallel-first'
                      }
                    | {
                        /** @constant */
                        connection: 'serial-first'
                        ohms: number
                      }
                  )
                | null
              /**
               * @default blocked
               * @enum {string}
               */
              inLockdown: 'blocked' | 'works'
              /**
               * @default works
               * @enum {string}
               */
              inInterlock: 'blocked' | 'works'
            } | null
          }
          b: {
            /** @default null */
            reader:
              | (
                  | {
                      id: string
                      name?: string
                      /** @default null */
                      pin: {
                        /** @default 4 */
                        minLength: number
                        /** @default 4 */
                        maxLength: number
                        /**
                         * @default #
                         * @enum {string}
                         */
                        endOfPin: '#' | '*' | 'none'
                      } | null
                      /** @default null */
                      cardFormats: string[] | null
                      /** @constant */
                      type: 'osdp'
                      port: string
                      /** @default 0 */
                      address: number
                      /** @default true */
                      secureChannel: boolean
                    }
                  | {
                      id: string
                      name?: string
                      /** @default null */
                      pin: {
                        /** @default 4 */
                        minLength: number
                        /** @default 4 */
                        maxLength: number
                        /**
                         * @default #
                         * @enum {string}
                         */
                        endOfPin: '#' | '*' | 'none'
                      } | null
                      /** @default null */
                      cardFormats: string[] | null
                      /** @constant */
                      type: 'wiegand'
                      port: string
                      /**
                       * @default single
                       * @enum {string}
                       */
                      led: 'single' | 'dual'
                      /**
                       * @default 4-bit
                       * @enum {string}
                       */
                      keypad: '4-bit' | '8-bit' | '10-bit' | '26-bit' | '26-bit-bcd' | 'buffered'
                      /** @default null */
                      tamper: {
                        /**
                         * @default circuit-open
                         * @enum {string}
                         */
                        activeIf: 'circuit-open' | 'circuit-closed'
                        /** @default 50 */
                        debounceMs: number
                      } | null
                      /** @default null */
                      supervision:
                        | (
                            | {
                                /** @constant */
                                connection: 'parallel-first'
                              }
                            | {
                                /** @constant */
                                connection: 'serial-first'
                                ohms: number
                              }
                          )
                        | null
                    }
                  | {
                      id: string
                      name?: string
                      /** @default null */
                      pin: {
                        /** @default 4 */
                        minLength: number
                        /** @default 4 */
                        maxLength: number
                        /**
                         * @default #
                         * @enum {string}
                         */
                        endOfPin: '#' | '*' | 'none'
                      } | null
                      /** @default null */
                      cardFormats: string[] | null
                      /** @constant */
                      type: 'licence-plate'
                    }
                )
              | null
            /** @default null */
            rex: {
              /**
               * @default button
               * @enum {string}
               */
              kind: 'button' | 'pir' | 'push-bar'
              port?: string
              /**
               * @default unlock
               * @enum {string}
               */
              action: 'unlock' | 'none'
              /**
               * @default circuit-closed
               * @enum {string}
               */
              activeIf: 'circuit-open' | 'circuit-closed'
              /** @default 50 */
              debounceMs: number
              /** @default null */
              supervision:
                | (
                    | {
                        /** @constant */
                        connection: 'parallel-first'
                      }
                    | {
                        /** @constant */
                        connection: 'serial-first'
                        ohms: number
                      }
                  )
                | null
              /**
               * @default blocked
               * @enum {string}
               */
              inLockdown: 'blocked' | 'works'
              /**
               * @default works
               * @enum {string}
               */
              inInterlock: 'blocked' | 'works'
            } | null
          }
          /** @default null */
          twoPersonRule: {
            sides: ('a' | 'b')[]
            /**
             * @default [
             *       "always"
             *     ]
             */
            schedules: string[]
            /** @default 20 */
            timeout: number
          } | null
          /** @default null */
          doubleSwipe: {
            /** @default 5 */
            timeout: number
          } | null
          /** @default null */
          interlock: string | null
          /** @default null */
          position: {
            latitude: number
            longitude: number
          } | null
        }
      | {
          id: string
          name?: string
          /** @constant */
          type: 'monitoring-door'
          controller: string
          doorMonitor: {
            port: string
            /**
             * @default circuit-open
             * @enum {string}
             */
            openIf: 'circuit-open' | 'circuit-closed'
            /** @default 50 */
            debounceMs: number
            /** @default null */
            supervision:
              | (
                  | {
                      /** @constant */
                      connection: 'parallel-first'
                    }
                  | {
                      /** @constant */
                      connection: 'serial-first'
                      ohms: number
                    }
                )
              | null
          }
          /** @default null */
          position: {
            latitude: number
            longitude: number
          } | null
        }
    Zone: {
      id: string
      name?: string
      /** @default [] */
      doors: (
        | {
            door: string
            /** @constant */
            role: 'perimeter'
            /**
             * @default entrance
             * @enum {string}
             */
            sideA: 'entrance' | 'leave'
          }
        | {
            door: string
            /** @constant */
            role: 'internal'
          }
      )[]
      /** @default null */
      antiPassback: {
        /** @enum {string} */
        mode: 'soft' | 'hard'
        /** @default 0 */
        timeout: number
      } | null
      /** @default null */
      occupancyLimit: number | null
    }
    Controller: {
      id: string
      name?: string
      board: string
      parent?: string
      /** @default false */
      emulated: boolean
      /** @default [] */
      inputs: (
        | {
            port: string
            name?: string
            /** @default 50 */
            debounceMs: number
            /** @default null */
            supervision:
              | (
                  | {
                      /** @constant */
                      connection: 'parallel-first'
                    }
                  | {
                      /** @constant */
                      connection: 'serial-first'
                      ohms: number
                    }
                )
              | null
            /** @constant */
            role: 'general'
            /**
             * @default circuit-closed
             * @enum {string}
             */
            activeIf: 'circuit-open' | 'circuit-closed'
          }
        | {
            port: string
            name?: string
            /** @default 50 */
            debounceMs: number
            /** @default null */
            supervision:
              | (
                  | {
                      /** @constant */
                      connection: 'parallel-first'
                    }
                  | {
                      /** @constant */
                      connection: 'serial-first'
                      ohms: number
                    }
                )
              | null
            /** @constant */
            role: 'emergency'
            /** @default all */
            doors: 'all' | string[]
            /**
             * @default circuit-open
             * @enum {string}
             */
            activeIf: 'circuit-open' | 'circuit-closed'
            /** @default false */
            latched: boolean
          }
      )[]
      /** @default [] */
      outputs: {
        port: string
        name?: string
      }[]
      /** @default {} */
      serial: {
        [key: string]: {
          path: string
          /** @default 9600 */
          baudRate: number
        }
      }
      /** @default {} */
      ports: {
        [key: string]: {
          /** @default /dev/gpiochip0 */
          chip: string
          lines: number[]
        }
      }
      online: boolean
      link: {
        version: string
        revision: string | null
        appliedAt: string | null
        upToDate: boolean
        problems: string[]
        skewMs: number
        heardAt: string | null
      } | null
    }
    Camera: {
      id: string
      /** @default  */
      name: string
      /** @default [] */
      elements: string[]
      /** @default null */
      url: string | null
    }
    Category: {
      id: string
      name: string
    }
    AlarmDefinition: {
      id: string
      name: string
      /** @default true */
      enabled: boolean
      /** @default  */
      instructions: string
      eventTypes: string[]
      /** @default [] */
      sources: string[]
      /**
       * @default [
       *       "always"
       *     ]
       */
      schedules: string[]
      /** @default 1 */
      priority: number
      /** @default null */
      owner: string | null
      /** @default 60 */
      timeLimit: number
      /** @default false */
      autoClose: boolean
      /** @default [] */
      cameras: string[]
    }
    ClosingReason: {
      id: string
      text: string
    }
    Group: {
      id: string
      name?: string
      initials?: string
      /** @default [] */
      members: string[]
      /** @default false */
      global: boolean
      memberCount: number
    }
    AccessRule: {
      id: string
      name?: string
      /** @default [] */
      cardholders: string[]
      /** @default [] */
      groups: string[]
      /** @default [] */
      doors: string[]
      /** @default [] */
      zones: string[]
      /** @default [] */
      schedules: string[]
      incomplete: boolean
    }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    CardholderPatch: {
      id?: string | null
      cardholderId?: string | null
      firstName?: string | null
      lastName?: string | null
      type?: string | null
      email?: string | null
      custom?: {
        [key: string]: string | null
      } | null
      longAccessTime?: boolean | null
      suspended?: boolean | null
      allowDoubleSwipe?: boolean | null
      exemptFromLockdown?: boolean | null
      exemptFromAntiPassback?: boolean | null
      global?: boolean | null
      visit?: {
        host?: string | null
        until?: string | null
      } | null
      credentials?:
        | (
            | {
                id?: string
                name?: string
                /** @constant */
                type: 'card'
                cardNumber: string
                facilityCode?: string
                bitLength: number
                validFrom?: string
                /**
                 * @default {
                 *       "kind": "none"
                 *     }
                 */
                validTo?:
                  | {
                      /** @constant */
                      kind: 'none'
                    }
                  | {
                      /** @constant */
                      kind: 'date'
                      at: string
                    }
                  | {
                      /** @constant */
                      kind: 'from-first-use'
                      days?: number
                      months?: number
                      years?: number
                      times?: number
                    }
                  | {
                      /** @constant */
                      kind: 'from-last-use'
                      days?: number
                      months?: number
                      years?: number
                    }
              }
            | {
                id?: string
                name?: string
                /** @constant */
                type: 'pin'
                pin?: string
                pinHash?: string
                duressPin?: string
                duressPinHash?: string
              }
            | {
                id?: string
                name?: string
                /** @constant */
                type: 'licence-plate'
                plate: string
                validFrom?: string
                /**
                 * @default {
                 *       "kind": "none"
                 *     }
                 */
                validTo?:
                  | {
                      /** @constant */
                      kind: 'none'
                    }
                  | {
                      /** @constant */
                      kind: 'date'
                      at: string
                    }
                  | {
                      /** @constant */
                      kind: 'from-first-use'
                      days?: number
                      months?: number
                      years?: number
                      times?: number
                    }
                  | {
                      /** @constant */
                      kind: 'from-last-use'
                      days?: number
                      months?: number
                      years?: number
                    }
              }
            | {
                id?: string
                name?: string
                /** @constant */
                type: 'mobile'
                token: string
                validFrom?: string
                /**
                 * @default {
                 *       "kind": "none"
                 *     }
                 */
                validTo?:
                  | {
                      /** @constant */
                      kind: 'none'
                    }
                  | {
                      /** @constant */
                      kind: 'date'
                      at: string
                    }
                  | {
                      /** @constant */
                      kind: 'from-first-use'
                      days?: number
                      months?: number
                      years?: number
                      times?: number
                    }
                  | {
                      /** @constant */
                      kind: 'from-last-use'
                      days?: number
                      months?: number
                      years?: number
                    }
              }
          )[]
        | null
    }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    SchedulePatch: {
      id?: string | null
      name?: string | null
      weekly?:
        | {
            days: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]
            from: string
            to: string
          }[]
        | null
      recurring?:
        | (
            | {
                /** @constant */
                pattern: 'daily'
                from: string
                to: string
                start: string
                /** @default 1 */
                interval?: number
                until?: string
                times?: number
              }
            | {
                /** @constant */
                pattern: 'weekly'
                from: string
                to: string
                start: string
                /** @default 1 */
                interval?: number
                until?: string
                times?: number
                days: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]
              }
            | {
                /** @constant */
                pattern: 'monthly'
                from: string
                to: string
                start: string
                /** @default 1 */
                interval?: number
                until?: string
                times?: number
                dayOfMonth?: number | 'last'
                /** @enum {string} */
                week?: 'first' | 'second' | 'third' | 'fourth' | 'last'
                /** @enum {string} */
                day?: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'
              }
            | {
                /** @constant */
                pattern: 'yearly'
                from: string
                to: string
                start: string
                /** @default 1 */
                interval?: number
                until?: string
                times?: number
                dayOfMonth?: number | 'last'
                /** @enum {string} */
                week?: 'first' | 'second' | 'third' | 'fourth' | 'last'
                /** @enum {string} */
                day?: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'
                month: number
              }
          )[]
        | null
      exceptions?:
        | {
            date: string
            intervals: {
              from: string
              to: string
            }[]
          }[]
        | null
      periods?:
        | {
            from: string
            to: string
          }[]
        | null
    }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    CardFormatPatch: {
      id?: string | null
      name?: string | null
      active?: boolean | null
      invertBitOrder?: boolean | null
      invertByteOrder?: boolean | null
      bitLength?: number | null
      fields?:
        | {
            /** @enum {string} */
            name: 'cardNumber' | 'facilityCode' | 'issueLevel' | 'oem'
            range: [number, number]
            /**
             * @default decimal
             * @enum {string}
             */
            output?: 'decimal' | 'hexadecimal'
            /**
             * @default big-endian
             * @enum {string}
             */
            order?: 'big-endian' | 'little-endian'
          }[]
        | null
      parity?:
        | {
            bit: number
            /** @enum {string} */
            kind: 'even' | 'odd'
            over: number[]
          }[]
        | null
      fixed?:
        | {
            bit: number
            value: 0 | 1
          }[]
        | null
    }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    IdentificationProfilePatch: {
      id?: string | null
      name?: string | null
      includeFacilityCode?: boolean | null
      a?:
        | {
            types: ('card' | 'pin' | 'rex' | 'licence-plate' | 'mobile')[]
            /**
             * @default [
             *       "always"
             *     ]
             */
            schedules?: string[]
          }[]
        | null
      b?:
        | {
            types: ('card' | 'pin' | 'rex' | 'licence-plate' | 'mobile')[]
            /**
             * @default [
             *       "always"
             *     ]
             */
            schedules?: string[]
          }[]
        | null
    }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    DoorPatch:
      | {
          id?: string | null
          name?: string | null
          type?: 'door' | null
          controller?: string | null
          locks?: {
            primary?: {
              relay?: string | null
              type?: ('fail-secure' | 'fail-safe') | null
            } | null
            secondary?: {
              relay?: string | null
              type?: ('fail-secure' | 'fail-safe') | null
            } | null
          } | null
          identificationProfile?: string | null
          accessTime?: number | null
          longAccessTime?: number | null
          openTooLongTime?: number | null
          longOpenTooLongTime?: number | null
          relockDelayMs?: number | null
          relock?: ('after-closing' | 'after-opening') | null
          unlockSchedules?: string[] | null
          firstPersonIn?: boolean | null
          doorMonitor?: {
            port?: string | null
            openIf?: ('circuit-open' | 'circuit-closed') | null
            debounceMs?: number | null
            supervision?:
              | (
                  | {
                      connection?: 'parallel-first' | null
                    }
                  | {
                      connection?: 'serial-first' | null
                      ohms?: number | null
                    }
                )
              | null
          } | null
          a?: {
            reader?:
              | (
                  | {
                      id?: string | null
                      name?: string | null
                      pin?: {
                        minLength?: number | null
                        maxLength?: number | null
                        endOfPin?: ('#' | '*' | 'none') | null
                      } | null
                      cardFormats?: string[] | null
                      type?: 'osdp' | null
                      port?: string | null
                      address?: number | null
                      secureChannel?: boolean | null
                    }
                  | {
                      id?: string | null
                      name?: string | null
                      pin?: {
                        minLength?: number | null
                        maxLength?: number | null
                        endOfPin?: ('#' | '*' | 'none') | null
                      } | null
                      cardFormats?: string[] | null
                      type?: 'wiegand' | null
                      port?: string | null
                      led?: ('single' | 'dual') | null
                      keypad?: ('4-bit' | '8-bit' | '10-bit' | '26-bit' | '26-bit-bcd' | 'buffered') | null
                      tamper?: {
                        activeIf?: ('circuit-open' | 'circuit-closed') | null
                        debounceMs?: number | null
                      } | null
                      supervision?:
                        | (
                            | {
                                connection?: 'parallel-first' | null
                              }
                            | {
                                connection?: 'serial-first' | null
                                ohms?: number | null
                              }
                          )
                        | null
                    }
                  | {
                      id?: string | null
                      name?: string | null
                      pin?: {
                        minLength?: number | null
                        maxLength?: number | null
                        endOfPin?: ('#' | '*' | 'none') | null
                      } | null
                      cardFormats?: string[] | null
                      type?: 'licence-plate' | null
                    }
                )
              | null
            rex?: {
              kind?: ('button' | 'pir' | 'push-bar') | null
              port?: string | null
              action?: ('unlock' | 'none') | null
              activeIf?: ('circuit-open' | 'circuit-closed') | null
              debounceMs?: number | null
              supervision?:
                | (
                    | {
                        connection?: 'parallel-first' | null
                      }
                    | {
                        connection?: 'serial-first' | null
                        ohms?: number | null
                      }
                  )
                | null
              inLockdown?: ('blocked' | 'works') | null
              inInterlock?: ('blocked' | 'works') | null
            } | null
          } | null
          b?: {
            reader?:
              | (
                  | {
                      id?: string | null
                      name?: string | null
                      pin?: {
                        minLength?: number | null
                        maxLength?: number | null
                        endOfPin?: ('#' | '*' | 'none') | null
                      } | null
                      cardFormats?: string[] | null
                      type?: 'osdp' | null
                      port?: string | null
                      address?: number | null
                      secureChannel?: boolean | null
                    }
                  | {
                      id?: string | null
                      name?: string | null
                      pin?: {
                        minLength?: number | null
                        maxLength?: number | null
                        endOfPin?: ('#' | '*' | 'none') | null
                      } | null
                      cardFormats?: string[] | null
                      type?: 'wiegand' | null
                      port?: string | null
                      led?: ('single' | 'dual') | null
                      keypad?: ('4-bit' | '8-bit' | '10-bit' | '26-bit' | '26-bit-bcd' | 'buffered') | null
                      tamper?: {
                        activeIf?: ('circuit-open' | 'circuit-closed') | null
                        debounceMs?: number | null
                      } | null
                      supervision?:
                        | (
                            | {
                                connection?: 'parallel-first' | null
                              }
                            | {
                                connection?: 'serial-first' | null
                                ohms?: number | null
                              }
                          )
                        | null
                    }
                  | {
                      id?: string | null
                      name?: string | null
                      pin?: {
                        minLength?: number | null
                        maxLength?: number | null
                        endOfPin?: ('#' | '*' | 'none') | null
                      } | null
                      cardFormats?: string[] | null
                      type?: 'licence-plate' | null
                    }
                )
              | null
            rex?: {
              kind?: ('button' | 'pir' | 'push-bar') | null
              port?: string | null
              action?: ('unlock' | 'none') | null
              activeIf?: ('circuit-open' | 'circuit-closed') | null
              debounceMs?: number | null
              supervision?:
                | (
                    | {
                        connection?: 'parallel-first' | null
                      }
                    | {
                        connection?: 'serial-first' | null
                        ohms?: number | null
                      }
                  )
                | null
              inLockdown?: ('blocked' | 'works') | null
              inInterlock?: ('blocked' | 'works') | null
            } | null
          } | null
          twoPersonRule?: {
            sides?: ('a' | 'b')[] | null
            schedules?: string[] | null
            timeout?: number | null
          } | null
          doubleSwipe?: {
            timeout?: number | null
          } | null
          interlock?: string | null
          position?: {
            latitude?: number | null
            longitude?: number | null
          } | null
        }
      | {
          id?: string | null
          name?: string | null
          type?: 'monitoring-door' | null
          controller?: string | null
          doorMonitor?: {
            port?: string | null
            openIf?: ('circuit-open' | 'circuit-closed') | null
            debounceMs?: number | null
            supervision?:
              | (
                  | {
                      connection?: 'parallel-first' | null
                    }
                  | {
                      connection?: 'serial-first' | null
                      ohms?: number | null
                    }
                )
              | null
          } | null
          position?: {
            latitude?: number | null
            longitude?: number | null
          } | null
        }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    ZonePatch: {
      id?: string | null
      name?: string | null
      doors?:
        | (
            | {
                door: string
                /** @constant */
                role: 'perimeter'
                /**
                 * @default entrance
                 * @enum {string}
                 */
                sideA?: 'entrance' | 'leave'
              }
            | {
                door: string
                /** @constant */
                role: 'internal'
              }
          )[]
        | null
      antiPassback?: {
        mode?: ('soft' | 'hard') | null
        timeout?: number | null
      } | null
      occupancyLimit?: number | null
    }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    ControllerPatch: {
      id?: string | null
      name?: string | null
      board?: string | null
      parent?: string | null
      emulated?: boolean | null
      inputs?:
        | (
            | {
                port: string
                name?: string
                /** @default 50 */
                debounceMs?: number
                /** @default null */
                supervision?:
                  | (
                      | {
                          /** @constant */
                          connection: 'parallel-first'
                        }
                      | {
                          /** @constant */
                          connection: 'serial-first'
                          ohms: number
                        }
                    )
                  | null
                /** @constant */
                role: 'general'
                /**
                 * @default circuit-closed
                 * @enum {string}
                 */
                activeIf?: 'circuit-open' | 'circuit-closed'
              }
            | {
                port: string
                name?: string
                /** @default 50 */
                debounceMs?: number
                /** @default null */
                supervision?:
                  | (
                      | {
                          /** @constant */
                          connection: 'parallel-first'
                        }
                      | {
                          /** @constant */
                          connection: 'serial-first'
                          ohms: number
                        }
                    )
                  | null
                /** @constant */
                role: 'emergency'
                /** @default all */
                doors?: 'all' | string[]
                /**
                 * @default circuit-open
                 * @enum {string}
                 */
                activeIf?: 'circuit-open' | 'circuit-closed'
                /** @default false */
                latched?: boolean
              }
          )[]
        | null
      outputs?:
        | {
            port: string
            name?: string
          }[]
        | null
      serial?: {
        [key: string]: {
          path?: string | null
          baudRate?: number | null
        } | null
      } | null
      ports?: {
        [key: string]: {
          chip?: string | null
          lines?: number[] | null
        } | null
      } | null
    }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    CameraPatch: {
      id?: string | null
      name?: string | null
      elements?: string[] | null
      url?: string | null
    }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    CategoryPatch: {
      id?: string | null
      name?: string | null
    }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    AlarmDefinitionPatch: {
      id?: string | null
      name?: string | null
      enabled?: boolean | null
      instructions?: string | null
      eventTypes?: string[] | null
      sources?: string[] | null
      schedules?: string[] | null
      priority?: number | null
      owner?: string | null
      timeLimit?: number | null
      autoClose?: boolean | null
      cameras?: string[] | null
    }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    ClosingReasonPatch: {
      id?: string | null
      text?: string | null
    }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    GroupPatch: {
      id?: string | null
      name?: string | null
      initials?: string | null
      members?: string[] | null
      global?: boolean | null
    }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    AccessRulePatch: {
      id?: string | null
      name?: string | null
      cardholders?: string[] | null
      groups?: string[] | null
      doors?: string[] | null
      zones?: string[] | null
      schedules?: string[] | null
    }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    SettingsPatch: {
      site?: {
        name?: string | null
        timeZone?: string | null
        position?: {
          latitude?: number | null
          longitude?: number | null
        } | null
      } | null
      settings?: {
        verifyFacilityCode?: boolean | null
        customFields?: string[] | null
        pin?: {
          minLength?: number | null
          maxLength?: number | null
          endOfPin?: ('#' | '*' | 'none') | null
        } | null
      } | null
      encryption?: {
        osdpSecureChannel?: boolean | null
        mainKeyDerivesSecureChannelKeys?: boolean | null
      } | null
      retention?: {
        days?: number | null
        atLeast?: number | null
        atMost?: number | null
      } | null
      auditRetention?: {
        days?: number | null
        atMost?: number | null
      } | null
      backups?: {
        hour?: number | null
        keep?: number | null
      } | null
    }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    OutletPatch:
      | {
          kind?: 'webhook' | null
          name?: string | null
          enabled?: boolean | null
          filter?: {
            types?:
              | (
                  | 'access.granted'
                  | 'access.denied'
                  | 'access.pending'
                  | 'access.taken'
                  | 'access.not-taken'
                  | 'door.opened'
                  | 'door.closed'
                  | 'door.unlocked'
                  | 'door.locked'
                  | 'door.rex'
                  | 'door.mode-changed'
                  | 'door.forced-open'
                  | 'door.open-too-long'
                  | 'alarm.duress'
                  | 'alarm.anti-passback-violation'
                  | 'alarm.emergency'
                  | 'reader.tamper'
                  | 'controller.tamper'
                  | 'input.supervision-fault'
                  | 'door.forced-open-ended'
                  | 'door.open-too-long-ended'
                  | 'alarm.emergency-ended'
                  | 'reader.tamper-ended'
                  | 'controller.tamper-ended'
                  | 'input.supervision-restored'
                  | 'reader.offline'
                  | 'reader.secure-channel-failed'
                  | 'controller.offline'
                  | 'link.lost'
                  | 'store.fault'
                  | 'reader.online'
                  | 'reader.secure-channel-established'
                  | 'reader.key-adopted'
                  | 'controller.online'
                  | 'link.restored'
                  | 'store.restored'
                  | 'controller.started'
                  | 'reader.pin-blocked'
                  | 'zone.anti-passback-suspended'
                  | 'controller.power-lost'
                  | 'controller.battery-low'
                  | 'controller.clock-untrusted'
                  | 'controller.clock-changed'
                  | 'configuration.rejected'
                  | 'credential.over-used'
                  | 'outlet.failed'
                  | 'reader.pin-unblocked'
                  | 'zone.anti-passback-resumed'
                  | 'controller.power-restored'
                  | 'controller.battery-restored'
                  | 'controller.clock-trusted'
                  | 'configuration.applied'
                  | 'input.changed'
                  | 'output.changed'
                  | 'outlet.restored'
                )[]
              | null
            categories?: string[] | null
            doors?: string[] | null
            backlog?: boolean | null
          } | null
          url?: string | null
          allowHttp?: boolean | null
          ca?: string | null
          timeoutS?: number | null
          secret?: string | null
          previousSecret?: (string | null) | null
          token?: (string | null) | null
          after?: string | null
        }
      | {
          kind?: 'generic-events' | null
          name?: string | null
          enabled?: boolean | null
          filter?: {
            types?:
              | (
                  | 'access.granted'
                  | 'access.denied'
                  | 'access.pending'
                  | 'access.taken'
                  | 'access.not-taken'
                  | 'door.opened'
                  | 'door.closed'
                  | 'door.unlocked'
                  | 'door.locked'
                  | 'door.rex'
                  | 'door.mode-changed'
                  | 'door.forced-open'
                  | 'door.open-too-long'
                  | 'alarm.duress'
                  | 'alarm.anti-passback-violation'
                  | 'alarm.emergency'
                  | 'reader.tamper'
                  | 'controller.tamper'
                  | 'input.supervision-fault'
                  | 'door.forced-open-ended'
                  | 'door.open-too-long-ended'
                  | 'alarm.emergency-ended'
                  | 'reader.tamper-ended'
                  | 'controller.tamper-ended'
                  | 'input.supervision-restored'
                  | 'reader.offline'
                  | 'reader.secure-channel-failed'
                  | 'controller.offline'
                  | 'link.lost'
                  | 'store.fault'
                  | 'reader.online'
                  | 'reader.secure-channel-established'
                  | 'reader.key-adopted'
                  | 'controller.online'
                  | 'link.restored'
                  | 'store.restored'
                  | 'controller.started'
                  | 'reader.pin-blocked'
                  | 'zone.anti-passback-suspended'
                  | 'controller.power-lost'
                  | 'controller.battery-low'
                  | 'controller.clock-untrusted'
                  | 'controller.clock-changed'
                  | 'configuration.rejected'
                  | 'credential.over-used'
                  | 'outlet.failed'
                  | 'reader.pin-unblocked'
                  | 'zone.anti-passback-resumed'
                  | 'controller.power-restored'
                  | 'controller.battery-restored'
                  | 'controller.clock-trusted'
                  | 'configuration.applied'
                  | 'input.changed'
                  | 'output.changed'
                  | 'outlet.restored'
                )[]
              | null
            categories?: string[] | null
            doors?: string[] | null
            backlog?: boolean | null
          } | null
          host?: string | null
          port?: number | null
          protocol?: ('tcp' | 'udp') | null
          dataSource?: ('international' | 'compatible') | null
          echo?: ('statistics' | 'all-bytes' | 'none') | null
          template?: string | null
          templates?: {
            [key: string]: string | null
          } | null
          timeoutS?: number | null
          after?: string | null
        }
      | {
          kind?: 'mqtt' | null
          name?: string | null
          enabled?: boolean | null
          filter?: {
            types?:
              | (
                  | 'access.granted'
                  | 'access.denied'
                  | 'access.pending'
                  | 'access.taken'
                  | 'access.not-taken'
                  | 'door.opened'
                  | 'door.closed'
                  | 'door.unlocked'
                  | 'door.locked'
                  | 'door.rex'
                  | 'door.mode-changed'
                  | 'door.forced-open'
                  | 'door.open-too-long'
                  | 'alarm.duress'
                  | 'alarm.anti-passback-violation'
                  | 'alarm.emergency'
                  | 'reader.tamper'
                  | 'controller.tamper'
                  | 'input.supervision-fault'
                  | 'door.forced-open-ended'
                  | 'door.open-too-long-ended'
                  | 'alarm.emergency-ended'
                  | 'reader.tamper-ended'
                  | 'controller.tamper-ended'
                  | 'input.supervision-restored'
                  | 'reader.offline'
                  | 'reader.secure-channel-failed'
                  | 'controller.offline'
                  | 'link.lost'
                  | 'store.fault'
                  | 'reader.online'
                  | 'reader.secure-channel-established'
                  | 'reader.key-adopted'
                  | 'controller.online'
                  | 'link.restored'
                  | 'store.restored'
                  | 'controller.started'
                  | 'reader.pin-blocked'
                  | 'zone.anti-passback-suspended'
                  | 'controller.power-lost'
                  | 'controller.battery-low'
                  | 'controller.clock-untrusted'
                  | 'controller.clock-changed'
                  | 'configuration.rejected'
                  | 'credential.over-used'
                  | 'outlet.failed'
                  | 'reader.pin-unblocked'
                  | 'zone.anti-passback-resumed'
                  | 'controller.power-restored'
                  | 'controller.battery-restored'
                  | 'controller.clock-trusted'
                  | 'configuration.applied'
                  | 'input.changed'
                  | 'output.changed'
                  | 'outlet.restored'
                )[]
              | null
            categories?: string[] | null
            doors?: string[] | null
            backlog?: boolean | null
          } | null
          url?: string | null
          allowPlain?: boolean | null
          username?: string | null
          clientId?: string | null
          ca?: string | null
          cert?: string | null
          prefix?: string | null
          homeAssistant?: boolean | null
          homeAssistantPrefix?: string | null
          onvif?: boolean | null
          roles?: string[] | null
          password?: (string | null) | null
          key?: (string | null) | null
          after?: string | null
        }
    /** @description A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole. */
    WebhookPatch: {
      kind?: 'webhook' | null
      name?: string | null
      enabled?: boolean | null
      filter?: {
        types?:
          | (
              | 'access.granted'
              | 'access.denied'
              | 'access.pending'
              | 'access.taken'
              | 'access.not-taken'
              | 'door.opened'
              | 'door.closed'
              | 'door.unlocked'
              | 'door.locked'
              | 'door.rex'
              | 'door.mode-changed'
              | 'door.forced-open'
              | 'door.open-too-long'
              | 'alarm.duress'
              | 'alarm.anti-passback-violation'
              | 'alarm.emergency'
              | 'reader.tamper'
              | 'controller.tamper'
              | 'input.supervision-fault'
              | 'door.forced-open-ended'
              | 'door.open-too-long-ended'
              | 'alarm.emergency-ended'
              | 'reader.tamper-ended'
              | 'controller.tamper-ended'
              | 'input.supervision-restored'
              | 'reader.offline'
              | 'reader.secure-channel-failed'
              | 'controller.offline'
              | 'link.lost'
              | 'store.fault'
              | 'reader.online'
              | 'reader.secure-channel-established'
              | 'reader.key-adopted'
              | 'controller.online'
              | 'link.restored'
              | 'store.restored'
              | 'controller.started'
              | 'reader.pin-blocked'
              | 'zone.anti-passback-suspended'
              | 'controller.power-lost'
              | 'controller.battery-low'
              | 'controller.clock-untrusted'
              | 'controller.clock-changed'
              | 'configuration.rejected'
              | 'credential.over-used'
              | 'outlet.failed'
              | 'reader.pin-unblocked'
              | 'zone.anti-passback-resumed'
              | 'controller.power-restored'
              | 'controller.battery-restored'
              | 'controller.clock-trusted'
              | 'configuration.applied'
              | 'input.changed'
              | 'output.changed'
              | 'outlet.restored'
            )[]
          | null
        categories?: string[] | null
        doors?: string[] | null
        backlog?: boolean | null
      } | null
      url?: string | null
      allowHttp?: boolean | null
      ca?: string | null
      timeoutS?: number | null
      secret?: string | null
      previousSecret?: (string | null) | null
      token?: (string | null) | null
      after?: string | null
    }
  }
  responses: {
    /** @description Problem details (RFC 9457) */
    Failure: {
      content: {
        'application/problem+json': components['schemas']['Problem']
      }
    }
  }
  parameters: never
  requestBodies: never
  headers: never
  pathItems: never
}
export interface operations {
  getSystem: {
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            systemId: string
            name: string
            version: string
            apiVersion: string
            capabilities: string[]
            time: string
            timeZone: string
            mqtt: {
              port: number
              tls: boolean
            }
            links: {
              rel: string
              title: string
              href: string
            }[]
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getSession: {
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            user: string
            /** @enum {string} */
            kind: 'user' | 'token'
            roles: string[]
            rights: (
              | 'use-access-control'
              | 'view-cardholders'
              | 'receive-notifications'
              | 'operate-doors'
              | 'manage-alarms'
              | 'manage-cardholders'
              | 'manage-configuration'
              | 'manage-security'
              | 'read-audit-log'
            )[]
            limits: {
              [key: string]: string[]
            }
            expiresAt: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postSession: {
    requestBody: {
      content: {
        'application/json': {
          user: string
          password: string
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            user: string
            /** @enum {string} */
            kind: 'user' | 'token'
            roles: string[]
            rights: (
              | 'use-access-control'
              | 'view-cardholders'
              | 'receive-notifications'
              | 'operate-doors'
              | 'manage-alarms'
              | 'manage-cardholders'
              | 'manage-configuration'
              | 'manage-security'
              | 'read-audit-log'
            )[]
            limits: {
              [key: string]: string[]
            }
            expiresAt: string | null
            token: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteSession: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getConfiguration: {
    parameters: {
      query?: {
        /** @description `me`: as the asker may see it, which is the default. */
        asUser?: 'me'
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Configuration']
        }
      }
      /** @description Not modified */
      304: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getConfigurationDiff: {
    parameters: {
      query: {
        /** @description Where to begin: a revision of the configuration, or an instant. */
        from: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            from: string
            to: string
            added: {
              /** @enum {string} */
              kind: 'element' | 'event-type' | 'category'
              id: string
              name: string
            }[]
            removed: {
              /** @enum {string} */
              kind: 'element' | 'event-type' | 'category'
              id: string
              name: string
            }[]
            changed: {
              /** @enum {string} */
              kind: 'element' | 'event-type' | 'category'
              id: string
              name: string
              fields: {
                field: string
                old: unknown
                new: unknown
              }[]
            }[]
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getElementsId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Element']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchElementsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          enabled?: boolean
          latitude?: number | null
          longitude?: number | null
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Element']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getEventTypes: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['EventType'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getEventTypesId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['EventType']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchEventTypesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          enabled?: boolean
          categories?: string[]
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['EventType']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getStates: {
    parameters: {
      query?: {
        /** @description Only these, separated by commas. */
        ids?: string | string[]
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['State'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getEvents: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
        /** @description The epoch the cursor is of; another one than now means that the log was replaced, and draws a gap. */
        epoch?: string
        /** @description How many seconds to wait for the first entry. */
        wait?: number
        /** @description Only what happened at this instant or later. */
        from?: string
        /** @description Only what happened before this instant. */
        to?: string
        /** @description Only these types of event, separated by commas. */
        type?: string | string[]
        /** @description Only types of event in these categories, separated by commas. */
        category?: string | string[]
        /** @description Only events at these doors, separated by commas. */
        door?: string | string[]
        /** @description Id of a cardholder. */
        cardholder?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Event'][]
            next: string | null
            epoch: string
            cursor: string
            gaps: components['schemas']['Gap'][]
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getEventsCheck: {
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            checked: number
            broken: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getEventsId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Event']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getEventsIdTrace: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            reason: string | null
            text: string
            checks: {
              /** @enum {string} */
              check:
                | 'format'
                | 'credential'
                | 'cardholder'
                | 'validity'
                | 'access-rule'
                | 'door-mode'
                | 'identification-profile'
                | 'anti-passback'
                | 'occupancy'
                | 'interlock'
                | 'two-person-rule'
                | 'granted'
              /** @enum {string} */
              outcome: 'passed' | 'failed' | 'not-reached'
              /** @default {} */
              found: {
                [key: string]: unknown
              }
            }[]
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getStream: {
    parameters: {
      query?: {
        /** @description What is wanted, separated by commas; `events` where left out. */
        topics?: string | string[]
        /** @description Cursor of the last entry seen: what comes after it is told. */
        after?: string
        /** @description The epoch the cursor is of; another one than now means that the log was replaced, and draws a gap. */
        epoch?: string
      }
    }
    responses: {
      /** @description Server-sent events */
      200: {
        content: {
          'text/event-stream': components['schemas']['Event']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postCommands: {
    parameters: {
      header?: {
        /** @description The same key within 24 hours gives the first outcome again. */
        'idempotency-key'?: string
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          /** @enum {string} */
          action: 'grant' | 'unlock' | 'lock' | 'lockdown' | 'reset'
          element: string
          seconds?: number
          reason?: string
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['CommandOutcome']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getAccessRequests: {
    parameters: {
      query?: {
        /** @description `open` unless told otherwise. */
        state?: string | string[]
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['AccessRequest'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getAccessRequestsId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['AccessRequest']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postAccessRequestsIdDecision: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          /** @enum {string} */
          decision: 'grant' | 'unlock' | 'lock' | 'dismiss'
          seconds?: number
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['AccessRequest']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getAlarms: {
    parameters: {
      query?: {
        /** @description 1 new, 4 in progress, 9 on hold, 11 closed; all but 11 unless told otherwise. */
        state?: string | string[]
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Alarm'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getAlarmsId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Alarm']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchAlarmsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          state?: 1 | 4 | 9 | 11
          owner?: string | null
          priority?: number
          comment?: string
          closingReason?: string
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Alarm']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postAlarmsClose: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          source: string
          eventType: string
          closingReason?: string
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            closed: string[]
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getCardholders: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
        /** @description Words that all have to occur, in capitals or not, with their accents or without. */
        q?: string
        /** @description Only members of this group. */
        group?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Cardholder'][]
            next: string | null
            partial: boolean
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postCardholders: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewCardholder']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Cardholder']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getCardholdersId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Cardholder']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putCardholdersId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewCardholder']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Cardholder']
        }
      }
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Cardholder']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteCardholdersId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchCardholdersId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CardholderPatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Cardholder']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getCardholdersIdCredentials: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Credential'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postCardholdersIdCredentials: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewCredential']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Credential']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putCardholdersIdCredentialsCredential: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
        /** @description Id of a credential. */
        credential: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewCredential']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Credential']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteCardholdersIdCredentialsCredential: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
        /** @description Id of a credential. */
        credential: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putGroupsIdMembersCardholder: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
        /** @description Id of a cardholder. */
        cardholder: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteGroupsIdMembersCardholder: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
        /** @description Id of a cardholder. */
        cardholder: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getGroupsIdMembers: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Cardholder'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getCardholdersIdPicture: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description The picture, upright, of at most 640 pixels a side, as a jpg unless png or bmp is accepted */
      200: {
        content: {
          'image/jpeg': string
          'image/png': string
          'image/bmp': string
        }
      }
      /** @description Not modified */
      304: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putCardholdersIdPicture: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteCardholdersIdPicture: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getCardholdersIdData: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            cardholder: {
              id: string
              cardholderId?: string
              /** @default  */
              firstName: string
              /** @default  */
              lastName: string
              /** @default Employee */
              type: string
              /** @default null */
              email: string | null
              /** @default {} */
              custom: {
                [key: string]: string
              }
              /** @default false */
              longAccessTime: boolean
              /** @default false */
              suspended: boolean
              /** @default false */
              allowDoubleSwipe: boolean
              /** @default false */
              exemptFromLockdown: boolean
              /** @default false */
              exemptFromAntiPassback: boolean
              /** @default false */
              global: boolean
              /** @default null */
              visit: {
                host: string
                until: string
              } | null
              /** @default [] */
              credentials: (
                | {
                    id: string
                    name?: string
                    /** @enum {string} */
                    type: 'card'
                    cardNumber: string
                    facilityCode?: string
                    bitLength: number
                    validFrom?: string
                    /**
                     * @default {
                     *       "kind": "none"
                     *     }
                     */
                    validTo:
                      | {
                          /** @enum {string} */
                          kind: 'none'
                        }
                      | {
                          /** @enum {string} */
                          kind: 'date'
                          at: string
                        }
                      | {
                          /** @enum {string} */
                          kind: 'from-first-use'
                          days?: number
                          months?: number
                          years?: number
                          times?: number
                        }
                      | {
                          /** @enum {string} */
                          kind: 'from-last-use'
                          days?: number
                          months?: number
                          years?: number
                        }
                  }
                | {
                    id: string
                    name?: string
                    /** @enum {string} */
                    type: 'pin'
                    pin?: string
                    pinHash?: string
                    duressPin?: string
                    duressPinHash?: string
                  }
                | {
                    id: string
                    name?: string
                    /** @enum {string} */
                    type: 'licence-plate'
                    plate: string
                    validFrom?: string
                    /**
                     * @default {
                     *       "kind": "none"
                     *     }
                     */
                    validTo:
                      | {
                          /** @enum {string} */
                          kind: 'none'
                        }
                      | {
                          /** @enum {string} */
                          kind: 'date'
                          at: string
                        }
                      | {
                          /** @enum {string} */
                          kind: 'from-first-use'
                          days?: number
                          months?: number
                          years?: number
                          times?: number
                        }
                      | {
                          /** @enum {string} */
                          kind: 'from-last-use'
                          days?: number
                          months?: number
                          years?: number
                        }
                  }
                | {
                    id: string
                    name?: string
                    /** @enum {string} */
                    type: 'mobile'
                    token: string
                    validFrom?: string
                    /**
                     * @default {
                     *       "kind": "none"
                     *     }
                     */
                    validTo:
                      | {
                          /** @enum {string} */
                          kind: 'none'
                        }
                      | {
                          /** @enum {string} */
                          kind: 'date'
                          at: string
                        }
                      | {
                          /** @enum {string} */
                          kind: 'from-first-use'
                          days?: number
                          months?: number
                          years?: number
                          times?: number
                        }
                      | {
                          /** @enum {string} */
                          kind: 'from-last-use'
                          days?: number
                          months?: number
                          years?: number
                        }
                  }
              )[]
            }
            groups: string[]
            accessRules: string[]
            picture: {
              mediaType: string
              base64: string
            } | null
            revisions: {
              revision: string
              at: string
              by: string
            }[]
            events: {
              [key: string]: unknown
            }[]
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteCardholdersIdData: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postDecisions: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json':
          | {
              credential: string
              /** @description DOOR/a or DOOR/b */
              accessPoint: string
              /**
               * Format: date-time
               * @description When; now where left out.
               */
              at?: string
            }
          | {
              cardholder: string
              /**
               * @default [
               *       "card"
               *     ]
               */
              types?: ('card' | 'pin' | 'licence-plate' | 'mobile')[]
              /** @description DOOR/a or DOOR/b */
              accessPoint: string
              /**
               * Format: date-time
               * @description When; now where left out.
               */
              at?: string
            }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Decision']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getCardholdersIdDoors: {
    parameters: {
      query?: {
        /** @description When; now where left out. */
        at?: string
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: {
              accessPoint: string
              door: string
              types: string[]
              secondPerson: boolean
            }[]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getDoorsIdWho: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
        /** @description When; now where left out. */
        at?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: {
              accessPoint: string
              door: string
              types: string[]
              secondPerson: boolean
              cardholder: string
              name: string
            }[]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getReadersIdLastCard: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            reader: string
            event: string
            at: string
            bits: string
            bitLength: number
            matches: ({
              format: string
              cardNumber?: string
              facilityCode?: string
              issueLevel?: string
              oem?: string
              /** @enum {string} */
              parity: 'ok' | 'error'
            } & {
              [key: string]: string
            })[]
            credential: string | null
            cardholder: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postCardFormatsGuess: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          samples: {
            bits: string
            cardNumber?: string
            facilityCode?: string
          }[]
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: {
              [key: string]: unknown
            }[]
            next: null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getControllersIdPinChart: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            [key: string]: unknown
          }
          'image/svg+xml': {
            [key: string]: unknown
          }
          'application/pdf': {
            [key: string]: unknown
          }
          'text/html': {
            [key: string]: unknown
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postConfigurationImpact: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description A merge patch on the site: objects merged, lists of objects by id, `remove` removes by id. */
          change: {
            [key: string]: unknown
          }
          /** @default 7 */
          days?: number
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            presentations: number
            differences: {
              event: string
              at: string
              accessPoint: string
              cardholder: string | null
              before: {
                outcome: string
                reason: string | null
              } | null
              after: {
                outcome: string
                reason: string | null
              } | null
            }[]
            credentials: {
              checked: number
              counts: {
                [key: string]: number
              }
              changes: {
                id: string
                /** @enum {string} */
                kind: 'same' | 'different' | 'misread' | 'unreadable' | 'unknown'
                cardNumber?: string
                facilityCode?: string
                assumed: string[]
              }[]
              equal: {
                cardNumber: string
                bitLength: number
                ids: string[]
              }[]
            }
            partial: boolean
            warnings: string[]
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getReadersIdLine: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            address: number
            online: boolean
            secure: boolean
            statistics: {
              commands: number
              replies: number
              polls: number
              retries: number
              timeOuts: number
              checkErrors: number
              macErrors: number
              busy: number
              unasked: number
              malformed: number
              handshakes: number
              naks: {
                [key: string]: number
              }
              roundTrip: {
                last: number
                least: number | null
                most: number
                total: number
              }
            }
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getReadersIdPairing: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            reader: string
            /** @enum {string} */
            state: 'running' | 'done' | 'failed'
            stages: {
              at: string
              stage: string
              reason: string | null
            }[]
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postReadersIdPairing: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          /**
           * @default session
           * @enum {string}
           */
          via?: 'session' | 'install'
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            reader: string
            /** @enum {string} */
            state: 'running' | 'done' | 'failed'
            stages: {
              at: string
              stage: string
              reason: string | null
            }[]
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getControllersIdTerminals: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Terminal'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getControllersIdLogCheck: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            [key: string]: unknown
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getReadersIdScan: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['LineScan']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postReadersIdScan: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          /**
           * @description Every address at every rate: about three minutes.
           * @default false
           */
          all?: boolean
          /**
           * @description Go on although doors lose their readers meanwhile.
           * @default false
           */
          interrupt?: boolean
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': components['schemas']['LineScan']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteReadersIdScan: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getReadersIdCapture: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description A capture file */
      200: {
        content: {
          'application/x-ndjson': string
          'application/x-pcapng': string
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getReadersIdPulses: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['WiegandFrame'][]
            next: null
          }
          'application/x-ndjson': {
            items: components['schemas']['WiegandFrame'][]
            next: null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getSchedules: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Schedule'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postSchedules: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewSchedule']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Schedule']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getSchedulesId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Schedule']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putSchedulesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewSchedule']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Schedule']
        }
      }
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Schedule']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteSchedulesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchSchedulesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['SchedulePatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Schedule']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getCardFormats: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['CardFormat'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postCardFormats: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewCardFormat']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['CardFormat']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getCardFormatsId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['CardFormat']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putCardFormatsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewCardFormat']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['CardFormat']
        }
      }
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['CardFormat']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteCardFormatsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchCardFormatsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CardFormatPatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['CardFormat']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getIdentificationProfiles: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['IdentificationProfile'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postIdentificationProfiles: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewIdentificationProfile']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['IdentificationProfile']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getIdentificationProfilesId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['IdentificationProfile']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putIdentificationProfilesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewIdentificationProfile']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['IdentificationProfile']
        }
      }
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['IdentificationProfile']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteIdentificationProfilesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchIdentificationProfilesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['IdentificationProfilePatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['IdentificationProfile']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getDoors: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Door'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postDoors: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewDoor']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Door']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getDoorsId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Door']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putDoorsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewDoor']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Door']
        }
      }
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Door']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteDoorsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchDoorsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['DoorPatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Door']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getZones: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Zone'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postZones: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewZone']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Zone']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getZonesId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Zone']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putZonesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewZone']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Zone']
        }
      }
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Zone']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteZonesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchZonesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ZonePatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Zone']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getControllers: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Controller'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postControllers: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewController']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Controller']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getControllersId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Controller']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putControllersId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewController']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Controller']
        }
      }
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Controller']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteControllersId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchControllersId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ControllerPatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Controller']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getCameras: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Camera'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postCameras: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewCamera']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Camera']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getCamerasId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Camera']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putCamerasId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewCamera']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Camera']
        }
      }
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Camera']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteCamerasId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchCamerasId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CameraPatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Camera']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getCategories: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Category'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postCategories: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewCategory']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Category']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getCategoriesId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Category']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putCategoriesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewCategory']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Category']
        }
      }
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Category']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteCategoriesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchCategoriesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CategoryPatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Category']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getAlarmDefinitions: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['AlarmDefinition'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postAlarmDefinitions: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewAlarmDefinition']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['AlarmDefinition']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getAlarmDefinitionsId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['AlarmDefinition']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putAlarmDefinitionsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewAlarmDefinition']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['AlarmDefinition']
        }
      }
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['AlarmDefinition']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteAlarmDefinitionsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchAlarmDefinitionsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['AlarmDefinitionPatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['AlarmDefinition']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getClosingReasons: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['ClosingReason'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postClosingReasons: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewClosingReason']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['ClosingReason']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getClosingReasonsId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['ClosingReason']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putClosingReasonsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewClosingReason']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['ClosingReason']
        }
      }
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['ClosingReason']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteClosingReasonsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchClosingReasonsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ClosingReasonPatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['ClosingReason']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getGroups: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: {
              [key: string]: unknown
            }[]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postGroups: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewGroup']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Group']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getGroupsId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Group']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putGroupsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewGroup']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Group']
        }
      }
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Group']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteGroupsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchGroupsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['GroupPatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Group']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getAccessRules: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
        /** @description Only rules that lack somebody, somewhere or some time, or only the others. */
        incomplete?: 'true' | 'false'
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['AccessRule'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postAccessRules: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewAccessRule']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['AccessRule']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getAccessRulesId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['AccessRule']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putAccessRulesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewAccessRule']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['AccessRule']
        }
      }
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['AccessRule']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteAccessRulesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchAccessRulesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['AccessRulePatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['AccessRule']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postSchedulesIdHolidays: {
    parameters: {
      query: {
        /** @description First date to take. */
        from: string
        /** @description Last date to take. */
        to: string
      }
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            schedule: string
            added: {
              date: string
              name: string
            }[]
            kept: string[]
            skipped: string[]
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postControllersIdAdoption: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': {
            controller: string
            code: string
            expiresAt: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postAdoptions: {
    requestBody: {
      content: {
        'application/json': {
          controller: string
          code: string
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            controller: string
            systemId: string
            secret: string
            mqtt: {
              port: number
              tls: boolean
              certificate: string | null
            }
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getSettings: {
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Settings']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchSettings: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['SettingsPatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Settings']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putEncryptionMainKey: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          key: string
        }
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getUsers: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['User'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postUsers: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          name: string
          password: string
          /**
           * @default [
           *       "operator"
           *     ]
           */
          roles?: string[]
        }
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['User']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getUsersId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['User']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteUsersId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchUsersId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          password?: string
          roles?: string[]
          disabled?: boolean
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['User']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteUsersIdSessions: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putSessionPassword: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          old: string
          new: string
        }
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getRoles: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Role'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postRoles: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          id?: string
          name: string
          rights: {
            /** @enum {string} */
            right:
              | 'use-access-control'
              | 'view-cardholders'
              | 'receive-notifications'
              | 'operate-doors'
              | 'manage-alarms'
              | 'manage-cardholders'
              | 'manage-configuration'
              | 'manage-security'
              | 'read-audit-log'
            /** @default [] */
            doors?: string[]
            /** @default [] */
            zones?: string[]
          }[]
        }
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Role']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getRolesId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Role']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putRolesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          name: string
          rights: {
            /** @enum {string} */
            right:
              | 'use-access-control'
              | 'view-cardholders'
              | 'receive-notifications'
              | 'operate-doors'
              | 'manage-alarms'
              | 'manage-cardholders'
              | 'manage-configuration'
              | 'manage-security'
              | 'read-audit-log'
            /** @default [] */
            doors?: string[]
            /** @default [] */
            zones?: string[]
          }[]
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Role']
        }
      }
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Role']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteRolesId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getTokens: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Token'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postTokens: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          name: string
          roles: string[]
          /** @default null */
          expiresAt?: string | null
        }
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': {
            id: string
            name: string
            roles: string[]
            createdAt: string
            expiresAt: string | null
            usedAt: string | null
            token: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteTokensId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getIdentityProvider: {
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            name: string
            /** @default true */
            enabled: boolean
            issuer: string
            clientId: string
            address: string
            /**
             * @default [
             *       "openid",
             *       "profile",
             *       "email"
             *     ]
             */
            scopes: string[]
            /** @default null */
            nameClaim: string | null
            /** @default true */
            promptForLogin: boolean
            /** @default true */
            endSession: boolean
            mappings: {
              claim: string
              values: string[]
              role: string
            }[]
            hasClientSecret: boolean
            redirectUri: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putIdentityProvider: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          name: string
          /** @default true */
          enabled?: boolean
          issuer: string
          clientId: string
          address: string
          /**
           * @default [
           *       "openid",
           *       "profile",
           *       "email"
           *     ]
           */
          scopes?: string[]
          /** @default null */
          nameClaim?: string | null
          /** @default true */
          promptForLogin?: boolean
          /** @default true */
          endSession?: boolean
          mappings: {
            claim: string
            values: string[]
            role: string
          }[]
          clientSecret?: string | null
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            name: string
            /** @default true */
            enabled: boolean
            issuer: string
            clientId: string
            address: string
            /**
             * @default [
             *       "openid",
             *       "profile",
             *       "email"
             *     ]
             */
            scopes: string[]
            /** @default null */
            nameClaim: string | null
            /** @default true */
            promptForLogin: boolean
            /** @default true */
            endSession: boolean
            mappings: {
              claim: string
              values: string[]
              role: string
            }[]
            hasClientSecret: boolean
            redirectUri: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteIdentityProvider: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getSessionOidc: {
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            name: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postSessionOidc: {
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            address: string
            expiresAt: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postSessionOidcReturn: {
    requestBody: {
      content: {
        'application/json': {
          /** @description What the provider has put behind the question mark. */
          query: string
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            user: string
            /** @enum {string} */
            kind: 'user' | 'token'
            roles: string[]
            rights: (
              | 'use-access-control'
              | 'view-cardholders'
              | 'receive-notifications'
              | 'operate-doors'
              | 'manage-alarms'
              | 'manage-cardholders'
              | 'manage-configuration'
              | 'manage-security'
              | 'read-audit-log'
            )[]
            limits: {
              [key: string]: string[]
            }
            expiresAt: string | null
            token: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postSessionEnd: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            address: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getAuditLog: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
        /** @description Where to begin: a revision of the configuration, or an instant. */
        from?: string
        /** @description Where to end, exclusive. */
        to?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['AuditLine'][]
            next: string | null
          }
          'text/csv': {
            items: components['schemas']['AuditLine'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getAuditLogRevision: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
      path: {
        /** @description `revision` of a line. */
        revision: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['RevisionChange'][]
            next: string | null
            revision: string
            at: string
            user: string
            onBehalfOf: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getOutlets: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Outlet'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postOutlets: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewOutlet']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Outlet']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getOutletsId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Outlet']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteOutletsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchOutletsId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['OutletPatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Outlet']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postOutletsIdTest: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            ok: boolean
            detail: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getOutletsIdDeadLetters: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['DeadLetter'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postOutletsIdDeadLettersReplay: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            queued: number
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postOutletsIdDeadLettersNumberReplay: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
        /** @description Number of the dead letter. */
        number: number
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            queued: number
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getWebhooks: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Webhook'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postWebhooks: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewWebhook']
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Webhook']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getWebhooksId: {
    parameters: {
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Webhook']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  deleteWebhooksId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  patchWebhooksId: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WebhookPatch']
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': components['schemas']['Webhook']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postWebhooksIdTest: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            ok: boolean
            detail: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getWebhooksIdDeadLetters: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['DeadLetter'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postWebhooksIdDeadLettersReplay: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            queued: number
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postWebhooksIdDeadLettersNumberReplay: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
      path: {
        /** @description Which one; an id with a slash is percent-encoded. */
        id: string
        /** @description Number of the dead letter. */
        number: number
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            queued: number
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getBackups: {
    parameters: {
      query?: {
        /** @description How many at most. */
        limit?: number
        /** @description `next` of the page before. */
        after?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            items: components['schemas']['Backup'][]
            next: string | null
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postBackups: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    responses: {
      /** @description Made */
      201: {
        content: {
          'application/json': components['schemas']['Backup']
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getBackupsName: {
    parameters: {
      path: {
        /** @description Its name, as the list has it. */
        name: string
      }
    }
    responses: {
      /** @description The file */
      200: {
        content: {
          'application/octet-stream': string
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putBackupsPassphrase: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          passphrase: string | null
        }
      }
    }
    responses: {
      /** @description Done; there is nothing to say */
      204: {
        content?: never
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getOpenapiJson: {
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            [key: string]: unknown
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getAsyncapiJson: {
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            [key: string]: unknown
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postEmulatorSwipe: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          reader: string
          card?: string
          bits?: string
          hex?: string
          bitLength?: number
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            controller: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postEmulatorKeys: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          reader: string
          keys: string
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            controller: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postEmulatorPlate: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          reader: string
          text: string
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            controller: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postEmulatorMobile: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          reader: string
          token: string
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            controller: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postEmulatorOpen: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          door: string
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            controller: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postEmulatorClose: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          door: string
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            controller: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postEmulatorForce: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          door: string
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            controller: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postEmulatorPress: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          door: string
          /** @enum {string} */
          side: 'a' | 'b'
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            controller: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postEmulatorRelease: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          door: string
          /** @enum {string} */
          side: 'a' | 'b'
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            controller: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postEmulatorWire: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          controller: string
          port: string
          /** @enum {string} */
          state?: 'open' | 'closed' | 'cut' | 'short' | 'normal'
          ohms?: number
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            controller: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postEmulatorPower: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          controller: string
          /** @enum {string} */
          mains?: 'on' | 'off'
          /** @enum {string} */
          battery?: 'low' | 'normal'
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            controller: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postEmulatorTamper: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json':
          | {
              reader: string
              active: boolean
            }
          | {
              controller: string
              active: boolean
            }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            controller: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postEmulatorLine: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          reader: string
          /** @enum {string} */
          fault: 'none' | 'unplugged' | 'noise' | 'drop'
          /** @default 0.1 */
          rate?: number
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            controller: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  postEmulatorAttack: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
      }
    }
    requestBody: {
      content: {
        'application/json': {
          reader: string
          /** @enum {string} */
          kind: 'replay' | 'forged-frame' | 'bit-flip' | 'key-downgrade'
        }
      }
    }
    responses: {
      /** @description Taken on */
      202: {
        content: {
          'application/json': {
            controller: string
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getSite: {
    parameters: {
      query?: {
        /** @description In which form. */
        format?: 'yaml' | 'json'
      }
    }
    responses: {
      /** @description A site file */
      200: {
        content: {
          'application/yaml': string
          'application/json': string
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  putSite: {
    parameters: {
      header?: {
        /** @description The person behind a VMS's token: for the event and the audit log. */
        'x-on-behalf-of'?: string
        /** @description The ETag of what was read: refused with 412 when it has changed since. */
        'if-match'?: string
      }
    }
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            revision: string
            changes: number
            warnings: string[]
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getHealthz: {
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            /** @enum {string} */
            status: 'ok'
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getReadyz: {
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': {
            /** @enum {string} */
            status: 'ready'
          }
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
  getMetrics: {
    responses: {
      /** @description Done */
      200: {
        content: {
          'application/json': string
        }
      }
      '4XX': components['responses']['Failure']
      '5XX': components['responses']['Failure']
    }
  }
}
