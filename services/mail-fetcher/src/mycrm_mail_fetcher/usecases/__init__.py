"""What mail-fetcher does: one file, one public function each."""
