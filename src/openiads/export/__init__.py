"""Exports: a run in the formats of other programs. docs/exports.md says what goes in, what is lost and who has read it back."""
