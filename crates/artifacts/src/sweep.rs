use std::time::Duration;

use crate::error::ArtifactError;
use crate::files::ArtifactFiles;

/// Longer than any upload takes.
const PATIENCE: Duration = Duration::from_hours(24);
const AT_A_TIME: u32 = 200;
const PORTIONS: usize = 20;

impl ArtifactFiles {
    /// Removes the bytes of files that were deleted, never finished, or ended with their session: how many files.
    /// May be broken off at any time and done again.
    ///
    /// # Errors
    /// When store or storage cannot be used; what was removed until then stays removed.
    pub async fn sweep(&self) -> Result<u64, ArtifactError> {
        let now = self.ground.clock.now();
        let before = now.checked_sub(PATIENCE).unwrap_or(now);
        let mut swept = 0;
        for _ in 0..PORTIONS {
            let condemned = self.ground.rows.condemn_artifacts(before, AT_A_TIME).await?;
            for (tenant, artifact) in &condemned {
                self.ground.place.remove(*tenant, *artifact, now).await?;
            }
            swept += self.ground.rows.forget_artifacts(&condemned).await?;
            if condemned.len() < AT_A_TIME as usize {
                break;
            }
        }
        Ok(swept)
    }
}
