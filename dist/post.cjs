'use strict'
require('./cli.cjs').post()
