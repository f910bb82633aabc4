# The settings that ./run takes from the environment and from .env. Sourced by it; needs common.sh and ROOT.

# Every variable that has a meaning here; the README explains them.
KNOWN='SALLYPORT_DATA SALLYPORT_HEAP SALLYPORT_JAVA_OPTIONS SALLYPORT_DURABILITY SALLYPORT_MIN_FREE SALLYPORT_VAULT_PASSPHRASE
  SALLYPORT_VAULT_KEY SALLYPORT_VAULT_PREVIOUS_KEY SALLYPORT_PKCS11_PIN SALLYPORT_HTTPS_PASSPHRASE
  SALLYPORT_TRUST_BACKEND_NODES SALLYPORT_ALLOW_IDENTIFIED_UPLOAD SHELL_PORT API_PORT HTTPS_PORT CORS_ALLOWED_ORIGINS
  DICOM_AE_TITLE DICOM_PORT DICOM_BIND_ADDRESS DICOM_STORAGE_DIR DICOM_LOG_DIR DICOM_LOG_LEVEL DICOM_STUDY_TIMEOUT DICOM_MAX_PDU_SIZE
  DICOM_ACSE_TIMEOUT DICOM_DIMSE_TIMEOUT DICOM_NETWORK_TIMEOUT DICOM_MAX_ASSOCIATIONS DICOM_ANONYMIZE_PATIENTS DICOM_AUTO_START
  DICOM_TLS_PORT DICOM_TLS_CERTIFICATE DICOM_TLS_KEY DICOM_TLS_PASSWORD DICOM_TLS_CLIENT_CERTIFICATE DICOM_TLS_TRUSTED DICOM_TLS_TRUSTED_PASSWORD
  ITH_URL ITH_TOKEN ITH_REFRESH ITH_READ_TIMEOUT ITH_SYNCHRONISE DISPATCH_CALLING_AE SIMULATOR_PORT SIMULATOR_PACS_PORT PROXY_VERSION PROXY_HOST_IP PROXY_API_URL
  ARCHIVE_DIR UPLOAD_MAX_RETRIES UPLOAD_RETRY_DELAY CLEANUP_AFTER_UPLOAD PACS_HOST PACS_PORT PACS_AE_TITLE PACS_USER PACS_PASSCODE PACS_TLS_PASSWORD
  DATABASE_ENGINE POSTGRES_HOST POSTGRES_PORT POSTGRES_DB POSTGRES_USER POSTGRES_PASSWORD'

# What every program takes.
EVERYWHERE=' HOME JAVA_HOME LANG LC_ALL PATH TZ USER '

# Of the old proxy's; others are found in .env.
DJANGO='SECRET_KEY DEBUG ALLOWED_HOSTS DATABASE_PATH DJANGO_SETTINGS_MODULE DJANGO_SECRET_KEY DJANGO_DEBUG DJANGO_ALLOWED_HOSTS
  CSRF_TRUSTED_ORIGINS CORS_ALLOW_ALL_ORIGINS ENCRYPTION_KEY'

# Checks the settings, writes them as the appliance reads them, and tells what has no effect: check_settings
check_settings() {
  local name value
  for name in $KNOWN; do
    # Nothing is the same as not set.
    [ -n "${!name:-}" ] || unset "$name"
  done
  for name in API_PORT HTTPS_PORT SHELL_PORT SIMULATOR_PORT SIMULATOR_PACS_PORT DICOM_PORT PACS_PORT POSTGRES_PORT; do
    value=${!name:-1}
    [[ $value =~ ^[0-9]{1,5}$ ]] && [ "$((10#$value))" -ge 1 ] && [ "$((10#$value))" -le 65535 ] || die "$name=$value: expected a port, 1-65535"
  done
  # Out of these ranges a part of the appliance would not start, and only its log would say so.
  number DICOM_STUDY_TIMEOUT 1 86400
  number DICOM_MAX_PDU_SIZE 4096 1048576
  number DICOM_MAX_ASSOCIATIONS 1 1000
  for name in DICOM_ACSE_TIMEOUT DICOM_DIMSE_TIMEOUT DICOM_NETWORK_TIMEOUT UPLOAD_RETRY_DELAY ITH_READ_TIMEOUT; do
    number "$name" 1 3600
  done
  number UPLOAD_MAX_RETRIES 0 100
  number ITH_REFRESH 1 86400
  number ITH_SYNCHRONISE 0 86400
  number SALLYPORT_MIN_FREE 1 1048576
  number DICOM_TLS_PORT 0 65535
  flag DICOM_AUTO_START
  flag DICOM_ANONYMIZE_PATIENTS
  flag CLEANUP_AFTER_UPLOAD
  flag SALLYPORT_ALLOW_IDENTIFIED_UPLOAD
  flag SALLYPORT_TRUST_BACKEND_NODES
  from_root ARCHIVE_DIR
  from_root DICOM_STORAGE_DIR
  from_root DICOM_LOG_DIR
  log_level
  case ${DATABASE_ENGINE:-derby} in
    derby | postgresql) ;;
    sqlite | sqlite3)
      say "note: DATABASE_ENGINE=$DATABASE_ENGINE is taken as derby, the embedded database"
      DATABASE_ENGINE=derby
      ;;
    *) die "DATABASE_ENGINE=$DATABASE_ENGINE: expected derby or postgresql" ;;
  esac
  if [ "${DICOM_ANONYMIZE_PATIENTS:-true}" = false ]; then
    say "note: DICOM_ANONYMIZE_PATIENTS=false changes nothing: images are de-identified, as they were with the old proxy"
  fi
  if [ "${SALLYPORT_ALLOW_IDENTIFIED_UPLOAD:-false}" = true ]; then
    say "note: SALLYPORT_ALLOW_IDENTIFIED_UPLOAD: uploads carry patients' identity if the back end asks for it too; ./shell ith:status says whether they do"
  fi
  meaningless
}

# A whole number: number NAME LEAST MOST
number() {
  local value=${!1:-$2}
  [[ $value =~ ^[0-9]{1,9}$ ]] && [ "$((10#$value))" -ge "$2" ] && [ "$((10#$value))" -le "$3" ] || die "$1=$value: expected a number, $2-$3"
}

# As Python and people write it: flag NAME
flag() {
  local value=${!1:-}
  case ${value,,} in
    '') ;;
    true | 1 | yes | y | on | t) export "$1=true" ;;
    false | 0 | no | n | off | f) export "$1=false" ;;
    *) die "$1=$value: expected true or false" ;;
  esac
}

# A path that does not begin with / begins at the project's folder, where .env lies: from_root NAME
from_root() {
  local value=${!1:-}
  [ -z "$value" ] || [[ $value = /* ]] || export "$1=$ROOT/${value#./}"
}

# The gateway's own log, by Python's names of levels. What others made tells no more than INFO: at DEBUG it would write down whole requests, with keys.
log_level() {
  local value=${DICOM_LOG_LEVEL:-INFO} level
  case ${value^^} in
    DEBUG) level=DEBUG ;;
    INFO | NOTSET) level=INFO ;;
    WARNING | WARN) level=WARN ;;
    ERROR) level=ERROR ;;
    CRITICAL | FATAL) level=FATAL ;;
    *) die "DICOM_LOG_LEVEL=$value: expected DEBUG, INFO, WARNING, ERROR or CRITICAL" ;;
  esac
  export SALLYPORT_LOG_LEVEL=$level SALLYPORT_LIBRARY_LOG_LEVEL=$level
  [ "$level" != DEBUG ] || SALLYPORT_LIBRARY_LOG_LEVEL=INFO
}

# Lists what was set and has no meaning here, in one line.
meaningless() {
  local name known=" ${KNOWN//[$'\n']/ } $EVERYWHERE" old=
  for name in ${ENV_NAMES[@]+"${ENV_NAMES[@]}"} $DJANGO; do
    [[ $known == *" $name "* ]] || [[ " $old " == *" $name "* ]] || [ -z "${!name:-}" ] || old="$old $name"
  done
  [ -z "$old" ] || say "note: these settings have no meaning here:$old"
}

# Images lie below DICOM_STORAGE_DIR if that was set when the first came: packs in the data folder leads there.
place_packs() {
  local packs=$SALLYPORT_DATA/packs wanted=${DICOM_STORAGE_DIR:+$DICOM_STORAGE_DIR/sallyport-packs} there
  if [ -L "$packs" ]; then
    there=$(readlink "$packs")
    [ -d "$packs" ] || die "the images lie in $there, which is not there: mount that disk, or bring it back"
    [ "$there" = "${wanted:-$there}" ] ||
      say "note: the images stay in $there. To move them: stop, move that folder to $wanted, and ln -sfn $wanted $packs"
  elif [ -z "$wanted" ]; then
    return
  elif [ -d "$packs" ] && [ -n "$(ls -A "$packs")" ]; then
    say "note: the images stay in $packs. To move them: stop, move that folder to $wanted, and ln -s $wanted $packs"
  else
    [ ! -e "$wanted" ] || [ -z "$(ls -A "$wanted")" ] || die "DICOM_STORAGE_DIR: $wanted holds images of another data folder"
    mkdir -p -m 700 "$wanted" || die "DICOM_STORAGE_DIR=$DICOM_STORAGE_DIR: $wanted cannot be made"
    [ ! -d "$packs" ] || rmdir "$packs"
    ln -s "$wanted" "$packs"
    sync -f "$wanted"
  fi
}
