/** What the keys of the configuration mean; kinds describe their own. */
export const meanings: Readonly<Record<string, string>> = {
  name: 'What reports call this rehearsal.',
  stack: 'The deployment under test: the path of a Compose file, or one of the two forms below.',
  'stack.compose':
    'The Compose file, or several that are merged. `{ from, to }` where the file itself changes with the release; a stop may have a key of its own, its version.',
  'stack.env-file':
    'Env-files, read as Compose (or `docker run`) reads them. With `{ from, to }` the values of the old file are carried into the new one.',
  'stack.settings.rename': 'Settings that the target calls otherwise: old name to new name.',
  'stack.settings.set': 'Settings that the target needs.',
  'stack.settings.remove': 'Settings that the target no longer has.',
  'stack.source.git':
    'Where services are built from source: a git repository. What the pin holds, such as `v{version}`, is the ref.',
  'stack.source.checkout':
    'The same from a checkout of each release; a single folder where a pin inside of it, as in a Dockerfile, makes the difference.',
  'stack.source.pull': 'Whether base images are asked of their registry before a build.',
  'stack.profiles': 'Compose profiles that production uses.',
  'stack.address': 'What a relative URL in a check means: `http://service:port`.',
  'stack.image': 'One image instead of a Compose file; its service is called `app`.',
  'stack.ports': 'Ports of the one image that checks may ask.',
  'stack.volumes': 'Volumes of the one image, as `name:/path/inside`.',
  'stack.env': "The one image's environment.",
  'stack.command': 'What the one image runs instead of its own command.',
  pin: "Where production's version is written. Several pins move together.",
  'path.tags':
    'How a version becomes a tag. With `releases`, tags of another form are another flavour and left out: `{version}-alpine` means those alone.',
  'path.from': 'The source version; without it, what the pin says.',
  'path.to': 'The target version; `--to` and `--to-image` override it. With `releases` the newest is the default.',
  'path.releases': 'Where the releases are listed, so that the path between source and target can be found.',
  'path.scheme':
    'How releases are numbered: `calendar` for 2024.10 and 2024.10.1, where a year and a month are a release of their own.',
  'path.prereleases': 'Whether release candidates and the like are releases too.',
  'path.select':
    'The releases that a matrix starts from: `all`, `last 3 minors`, a range such as `>=1.8 <2`, `first and last patch of each minor`, `supported until 2027-01-31` (or `today`). Of several, each narrows the one before.',
  'path.step':
    'The longest jump that one hop may make: to the next `patch`, `minor` or `major` that was released, or `any`.',
  'path.stops':
    'Releases that must be visited where they lie between source and target; with `releases`, `1.9.x` is any one of them.',
  'path.forbidden': 'Releases that must not be visited, a version or a range each, and why.',
  'path.policy':
    'Whether the path is enforced. `advise` rehearses it too, and has the direct jump as another path, to show whether the stops are needed.',
  'path.carry-from':
    'The release that the fixtures are of. A later source is reached from there, hop by hop by the same policy, before its own upgrade; an older one is refused, and left out of a matrix. `bisect` begins there too.',
  'path.downgrade': 'Whether the target may be older than the source.',
  'path.proven':
    'A folder that keeps what passed, without a warning: a path with the same images by digest, backups, files, configuration and tool is not rehearsed again, and its report says so. Not where programs of this machine take part.',
  fixtures:
    'The backups, restored in this order. `{source.version}` in their text, as in `fixtures/{source.version}/prod.dump`, is the release that the path begins with.',
  upgrade: 'How a hop is made. Without it, by `restart`.',
  'ready.within': 'Deadline from the start of a release to its being ready.',
  'ready.steady':
    'How long all services must stay ready before they count as ready. Without it, the target alone is watched, beside its checks, until it has been ready for ten seconds; `0s` leaves that out.',
  'ready.twice':
    'Whether the target, once it has passed everything, is stopped and started a second time on the same data. It has to become ready again and to leave the data as it is.',
  'ready.checks': 'What has to pass besides running and healthy containers.',
  'sign-in.request.post': 'The URL that the credentials are posted to.',
  'sign-in.request.json': 'The body as JSON.',
  'sign-in.request.body': 'The body as text.',
  'sign-in.request.headers': 'Headers of the request.',
  'sign-in.graphql.mutation': 'The same by a GraphQL mutation.',
  'sign-in.graphql.variables': 'Variables of the mutation.',
  'sign-in.graphql.post': 'The URL of the GraphQL API.',
  'sign-in.token': 'JSONPath of the token in the answer.',
  'sign-in.cookie': 'Name of the session cookie that the answer sets.',
  'sign-in.send': 'Headers that signed-in checks send; `{token}` is filled in.',
  smoke: 'The smoke suite: checks that must pass on the baseline and on the target.',
  data: 'The stores whose data is compared before and after the upgrade. Without a store, those that fixtures fill or that are known by the image of their service; an empty list compares none. And checks whose value a rule compares.',
  'fresh-install':
    'Whether the schema after the upgrade is compared with that of the target on empty stores, in a start of its own after everything else.',
  rollback:
    'Ways back that are tried after the upgrade, each from a fork of its own, also after an upgrade that failed. `none` tries none. Without it, `image` and `restore` are tried and nothing is claimed of them.',
  'logs.expect':
    'Regular expressions of lines that are no news, whatever level they have: error lines of the target are compared with those of the baseline, and new kinds are told. `.` expects all.',
  'checkpoint.forks':
    'How forks of a checkpoint are made: `auto` is copy-on-write where the engine can mount overlays, and a copy where it can not; `copy` always copies.',
  'checkpoint.cache':
    'A folder in which the restored baseline is kept as one archive, for the next run to start from. It holds the restored data as it is: keep it as you keep the backup.',
  network: 'Whether the restored application may reach the outside: by default it reaches nothing.',
  'limits.total': 'The longest a whole rehearsal may take.',
  'limits.pull': 'The longest that pulling may take.',
  'limits.restore': 'The longest that one fixture may take.',
  'limits.step': 'The longest that one command of the procedure may take, unless it says otherwise itself.',
  'limits.check': 'The longest that one check may take.',
  'limits.fixture': 'The most that a fixture may unpack to.',
}
