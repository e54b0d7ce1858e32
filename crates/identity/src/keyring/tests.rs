use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use uuid::Uuid;

use super::*;

const AAD: &[u8] = b"credential/a/b";

/// Keys that are kept in a map, which answers at once.
#[derive(Default)]
struct Kept(Mutex<HashMap<TenantId, String>>);

#[async_trait]
impl DataKeys for Kept {
    async fn find(&self, tenant: TenantId) -> Result<Option<String>, String> {
        Ok(self.0.lock().unwrap().get(&tenant).cloned())
    }

    async fn keep(&self, tenant: TenantId, wrapped: String) -> Result<String, String> {
        Ok(self.0.lock().unwrap().entry(tenant).or_insert(wrapped).clone())
    }
}

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

fn tenant(number: u128) -> TenantId {
    TenantId(Uuid::from_u128(number))
}

fn keyring(kept: &Arc<Kept>, master: SecretBox) -> Keyring {
    Keyring::new(Arc::new(master), kept.clone())
}

fn seal(master: u8, key: u8) -> TenantSeal {
    TenantSeal::new(&[key; 32], Arc::new(SecretBox::new(&[master; 32]))).unwrap()
}

#[test]
fn each_tenant_has_a_key_of_its_own_and_every_process_the_same() {
    let kept = Arc::new(Kept::default());
    let (one, other) = (keyring(&kept, SecretBox::new(&[1; 32])), keyring(&kept, SecretBox::new(&[1; 32])));
    let sealed = now(one.of(tenant(1))).unwrap().seal_text(AAD, b"hunter2").unwrap();
    let open = |keyring: &Keyring, number| now(keyring.of(tenant(number))).unwrap().open_text(AAD, &sealed);
    assert_eq!(open(&other, 1).unwrap().expose_secret(), "hunter2");
    assert_eq!(open(&other, 2).unwrap_err(), SealError::DoesNotOpen);
    let master = SecretBox::new(&[1; 32]);
    assert_eq!(master.open_text(AAD, &sealed).unwrap_err(), SealError::DoesNotOpen, "nor does the master key itself");
}

#[test]
fn a_wrapped_key_is_its_tenants_and_its_master_keys() {
    let kept = Arc::new(Kept::default());
    now(keyring(&kept, SecretBox::new(&[1; 32])).of(tenant(1))).unwrap();
    let wrapped = kept.0.lock().unwrap()[&tenant(1)].clone();
    kept.0.lock().unwrap().insert(tenant(2), wrapped);
    let moved = now(keyring(&kept, SecretBox::new(&[1; 32])).of(tenant(2)));
    assert_eq!(moved.unwrap_err(), NoDataKey::Seal(SealError::DoesNotOpen));
    let of_another = now(keyring(&kept, SecretBox::new(&[2; 32])).of(tenant(1)));
    assert_eq!(of_another.unwrap_err(), NoDataKey::Seal(SealError::DoesNotOpen));
}

#[test]
fn a_new_master_key_wraps_the_same_data_key_anew() {
    let kept = Arc::new(Kept::default());
    let sealed = now(keyring(&kept, SecretBox::new(&[1; 32])).of(tenant(1))).unwrap().seal_text(AAD, b"a").unwrap();
    let changing = keyring(&kept, SecretBox::new(&[2; 32]).opening_with(&[1; 32]));
    let wrapped = kept.0.lock().unwrap()[&tenant(1)].clone();
    let rewrapped = changing.rewrapped(tenant(1), &wrapped).unwrap().unwrap();
    assert_eq!(changing.rewrapped(tenant(1), &rewrapped).unwrap(), None);
    kept.0.lock().unwrap().insert(tenant(1), rewrapped);
    let changed = keyring(&kept, SecretBox::new(&[2; 32]));
    assert_eq!(now(changed.of(tenant(1))).unwrap().open_text(AAD, &sealed).unwrap().expose_secret(), "a");
    assert!(now(keyring(&kept, SecretBox::new(&[1; 32])).of(tenant(1))).is_err(), "the old master key opens nothing");
}

#[test]
fn what_the_master_key_sealed_opens_and_is_sealed_with_the_data_key() {
    let of_a_release = SecretBox::new(&[1; 32]).seal_text(AAD, b"hunter2").unwrap();
    let seal = seal(1, 7);
    assert_eq!(seal.open_text(AAD, &of_a_release).unwrap().expose_secret(), "hunter2");
    let renewed = seal.renewed_text(AAD, &of_a_release).unwrap().unwrap();
    assert_eq!(
        self::seal(9, 7).open_text(AAD, &renewed).unwrap().expose_secret(),
        "hunter2",
        "no master key is needed"
    );
    assert_eq!(seal.renewed_text(AAD, &renewed).unwrap(), None);
    assert!(seal.renewed_text(b"elsewhere", &of_a_release).is_err());
}

#[test]
fn the_place_and_every_bit_are_held_to() {
    let seal = seal(1, 7);
    let sealed = seal.seal_text(AAD, b"secret").unwrap();
    assert_ne!(sealed, seal.seal_text(AAD, b"secret").unwrap());
    assert_eq!(seal.open_text(b"elsewhere", &sealed).unwrap_err(), SealError::DoesNotOpen);
    assert_eq!(self::seal(1, 8).open_text(AAD, &sealed).unwrap_err(), SealError::DoesNotOpen);
    let bytes = STANDARD.decode(&sealed).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut forged = bytes.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert!(seal.open_text(AAD, &STANDARD.encode(forged)).is_err(), "bit {bit}");
    }
    for length in 0..bytes.len() {
        assert!(seal.open_text(AAD, &STANDARD.encode(&bytes[..length])).is_err(), "cut to {length}");
    }
    assert_eq!(seal.open_text(AAD, &seal.seal_text(AAD, b"").unwrap()).unwrap().expose_secret(), "");
    assert_eq!(format!("{seal:?}"), "TenantSeal(..)");
}

/// FROZEN: databases hold this form.
#[test]
fn what_a_release_sealed_with_a_data_key_opens() {
    let sealed = "AgABAgMEBQYHCAkKC3D0hwR4e+tU5knw05NTI5NiWmSHjSQr";
    assert_eq!(seal(1, 7).open_text(AAD, sealed).unwrap().expose_secret(), "hunter2");
}
