# A cluster that is a folder: an object is a file, NAMESPACE-KIND-NAME.yaml.
# kubectl apply -f -
# kubectl annotate -n NAMESPACE KIND [NAME] KEY=VALUE, without a name all of the kind
kubectl() {
  if [ "$1" = apply ]; then
    cat > applied
    return
  fi
  local name='*' annotation="${*: -1}"
  if [ $# = 6 ]; then
    name="$5"
  fi
  sed -i "s|annotations: {}|annotations: {${annotation%%=*}: ${annotation#*=}}|" "$3-$4"-$name.yaml
}
