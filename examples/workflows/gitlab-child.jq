# A matrix of paths → a GitLab pipeline; JSON is YAML too.
{
  stages: ["rehearse", "merge"],
  rehearse: {
    stage: "rehearse",
    image: "$REHEARSAL_IMAGE",
    parallel: { matrix: [.include[] | { ID: .id, PATHS: .paths }] },
    script: ["node upgrade-rehearsal/dist/cli.cjs run --path \"$PATHS\" --report-dir \"reports/$ID\""],
    artifacts: { when: "always", paths: ["reports/"] }
  },
  merge: {
    stage: "merge",
    image: "$REHEARSAL_IMAGE",
    # Whatever became of the jobs: what is missing is what the report has to tell.
    when: "always",
    variables: { MATRIX: tojson },
    script: [
      "mkdir -p reports",
      "node upgrade-rehearsal/dist/cli.cjs merge reports --matrix \"$MATRIX\""
    ],
    artifacts: { when: "always", paths: ["upgrade-report/"], reports: { junit: "upgrade-report/junit.xml" } }
  }
}
