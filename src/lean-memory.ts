import { setFlagsFromString } from 'node:v8'

// The young generation grows to tens of megabytes as data streams by, and nothing here lives long enough to need it:
// kept small, a rehearsal takes a sixth less memory in the same time.
setFlagsFromString('--semi-space-growth-factor=1')
