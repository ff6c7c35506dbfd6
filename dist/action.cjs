'use strict'
require('./cli.cjs').action()
