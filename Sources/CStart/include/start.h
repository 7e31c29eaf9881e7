// Nothing to call: this target takes the place of parts of the Swift runtime when the static plugin is linked.
