{{- define "lustre-csi.nodeHealthPort" -}}
{{- .values.healthPort | int | default (include "lustre-csi.nodePort" .root | int) -}}
{{- end -}}

{{- define "lustre-csi.nodeMetricsPort" -}}
{{- .values.metrics.port | int | default (add 2 (include "lustre-csi.nodeHealthPort" . | int)) -}}
{{- end -}}

{{/* Address at which health is served: on the network of the node, its loopback address. values, port. */}}
{{- define "lustre-csi.healthAddress" -}}
{{ ternary "127.0.0.1" "" .values.hostNetwork }}:{{ .port }}
{{- end -}}

{{- define "lustre-csi.nodeArgs" -}}
{{- $values := .values -}}
{{ include "lustre-csi.commonArgs" . }}
- --mount-sharing={{ $values.mountSharing }}
- --mount-helper={{ $values.mountHelper }}
- --target-dirs={{ join "," (prepend $values.targetDirs $values.kubeletPath) }}
- --remove-not-ready-taint={{ $values.removeNotReadyTaint }}
{{- with $values.mountsDir }}
- --mounts-dir={{ . }}
{{- end }}
{{- with $values.unmountForceAfter }}
- --unmount-force-after={{ . | int }}
{{- end }}
{{- with $values.unmountLazyAfter }}
- --unmount-lazy-after={{ . | int }}
{{- end }}
{{- with $values.clientTuningAllow }}
- --client-tuning-allow={{ join "," . }}
{{- end }}
{{- if $values.kataAware }}
- --kata-aware=true
{{- end }}
{{- if $values.guestVolumes.enabled }}
- --guest-volumes=true
- --direct-volumes-dir={{ $values.guestVolumes.directory }}
{{- end }}
{{- if $values.metrics.enabled }}
- --metrics-address=0.0.0.0:{{ include "lustre-csi.nodeMetricsPort" . }}
{{- end }}
{{- if eq $values.registration "builtin" }}
- --kubelet-registration-path={{ include "lustre-csi.hostSocket" . }}
- --health-address={{ include "lustre-csi.healthAddress" (dict "values" $values "port" (include "lustre-csi.nodeHealthPort" .)) }}
{{- end }}
{{- end -}}

{{/* Path on the node of the socket of the driver. root, values. */}}
{{- define "lustre-csi.hostSocket" -}}
{{ trimSuffix "/" .values.kubeletPath }}/plugins/{{ .root.Values.driver }}/csi.sock
{{- end -}}

{{/* node-driver-registrar, as container or as native sidecar. root, values, native. */}}
{{- define "lustre-csi.registrar" -}}
{{- $sidecar := .root.Values.sidecars.nodeDriverRegistrar -}}
{{- $port := $sidecar.httpPort | int | default (add 1 (include "lustre-csi.nodeHealthPort" . | int)) -}}
- name: node-driver-registrar
  {{- if .native }}
  restartPolicy: Always
  {{- end }}
  {{- include "lustre-csi.sidecarFields" (dict "root" .root "sidecar" $sidecar "resources" .values.resources "security" (include "lustre-csi.nodeSidecarSecurity" .root)) | nindent 2 }}
  args:
    {{- $args := list "--csi-address=/csi/csi.sock" (printf "--kubelet-registration-path=%s" (include "lustre-csi.hostSocket" .)) (printf "--v=%v" $sidecar.logLevel) (printf "--http-endpoint=%s" (include "lustre-csi.healthAddress" (dict "values" .values "port" $port))) }}
    {{- include "lustre-csi.args" (dict "chart" $args "user" $sidecar.additionalArgs) | nindent 4 }}
  {{- include "lustre-csi.livenessProbe" (dict "probe" (dict "initialDelaySeconds" 30 "periodSeconds" 90 "timeoutSeconds" 15) "port" $port "hostNetwork" .values.hostNetwork) | nindent 2 }}
  volumeMounts:
    - name: plugin-dir
      mountPath: /csi
    - name: registration-dir
      mountPath: /registration
{{- end -}}

{{/* The driver's container on nodes. root, values, image. */}}
{{- define "lustre-csi.nodeDriver" -}}
{{- $root := .root -}}
{{- $values := .values -}}
{{- $command := include "lustre-csi.command" $root -}}
{{- $stateDir := $values.stateDir | default (printf "/run/lustre-csi/%s" $root.Values.driver) -}}
{{- $builtin := eq $values.registration "builtin" -}}
- name: lustre-csi
  image: {{ include "lustre-csi.image" (dict "root" $root "image" .image) }}
  imagePullPolicy: {{ .image.pullPolicy }}
  command: [{{ $command }}]
  args:
    {{- include "lustre-csi.args" (dict "chart" (include "lustre-csi.nodeArgs" . | fromYamlArray) "user" $values.additionalArgs) | nindent 4 }}
  env:
    {{- include "lustre-csi.driverEnv" $root | nindent 4 }}
    - name: LUSTRE_CSI_STATE_DIR
      value: {{ $stateDir }}
    {{- if and $values.region (eq (include "lustre-csi.cloud" $root) "aws") }}
    - name: AWS_REGION
      value: {{ $values.region | quote }}
    {{- end }}
    {{- with $values.env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $values.envFrom }}
  envFrom:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- $values.containerSecurityContext | default (dict "privileged" true "readOnlyRootFilesystem" true) | toYaml | nindent 4 }}
  {{- if $values.metrics.enabled }}
  ports:
    - name: metrics
      containerPort: {{ include "lustre-csi.nodeMetricsPort" . }}
      protocol: TCP
  {{- end }}
  {{- include "lustre-csi.livenessProbe" (dict "probe" $values.livenessProbe "port" (include "lustre-csi.nodeHealthPort" .) "hostNetwork" $values.hostNetwork) | nindent 2 }}
  {{- if $values.readinessProbe.enabled }}
  readinessProbe:
    {{- if $builtin }}
    httpGet:
      {{- include "lustre-csi.healthRequest" (dict "path" "/readyz" "port" (include "lustre-csi.nodeHealthPort" .) "hostNetwork" $values.hostNetwork) | nindent 6 }}
    {{- else }}
    exec:
      command: [{{ $command }}, readiness-probe, --mode=node]
    {{- end }}
    {{- omit $values.readinessProbe "enabled" | toYaml | nindent 4 }}
  {{- end }}
  {{- if $values.preStopHook.enabled }}
  lifecycle:
    preStop:
      exec:
        command: [{{ $command }}, pre-stop-hook]
  {{- end }}
  {{- with $values.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  terminationMessagePolicy: FallbackToLogsOnError
  volumeMounts:
    - name: plugin-dir
      mountPath: /csi
    {{- if $builtin }}
    - name: registration-dir
      mountPath: /registration
    {{- end }}
    - name: kubelet-dir
      mountPath: {{ trimSuffix "/" $values.kubeletPath }}
      mountPropagation: Bidirectional
    - name: state-dir
      mountPath: {{ $stateDir }}
      mountPropagation: Bidirectional
    {{- with $values.mountsDir }}
    - name: mounts-dir
      mountPath: {{ . }}
      mountPropagation: Bidirectional
    {{- end }}
    {{- if $values.guestVolumes.enabled }}
    - name: direct-volumes
      mountPath: {{ $values.guestVolumes.directory }}
    {{- end }}
    # mount(8) writes its records here.
    - name: tmp
      mountPath: /run/mount
      subPath: mount
    - name: tmp
      mountPath: /tmp
      subPath: tmp
    {{- with $values.volumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{/* root, values, client. */}}
{{- define "lustre-csi.nodeVolumes" -}}
{{- $kubelet := trimSuffix "/" .values.kubeletPath -}}
- name: kubelet-dir
  hostPath:
    path: {{ $kubelet }}
    type: Directory
- name: plugin-dir
  hostPath:
    path: {{ $kubelet }}/plugins/{{ .root.Values.driver }}
    type: DirectoryOrCreate
- name: registration-dir
  hostPath:
    path: {{ $kubelet }}/plugins_registry
    type: Directory
- name: state-dir
  hostPath:
    path: {{ .values.stateDir | default (printf "/run/lustre-csi/%s" .root.Values.driver) }}
    type: DirectoryOrCreate
{{- with .values.mountsDir }}
- name: mounts-dir
  hostPath:
    path: {{ . }}
    type: DirectoryOrCreate
{{- end }}
{{- if .values.guestVolumes.enabled }}
- name: direct-volumes
  hostPath:
    path: {{ .values.guestVolumes.directory }}
    type: DirectoryOrCreate
{{- end }}
- name: tmp
  emptyDir: {}
{{- if eq .client.mode "package" }}
- name: client
  configMap:
    name: {{ include "lustre-csi.fullname" .root }}-client
    # 0755, in the form in which each parser of YAML reads it.
    defaultMode: 493
- name: host-modules
  hostPath:
    path: /lib/modules
    type: Directory
- name: host-loaded
  hostPath:
    path: /sys/module
    type: Directory
{{- end }}
{{- with .values.volumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Init container that loads the Lustre client. root, client. */}}
{{- define "lustre-csi.clientLoader" -}}
{{- $package := .client.package -}}
- name: load-client
  image: {{ printf "%s%s" (include "lustre-csi.registryPrefix" .root) $package.image }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  command: [/bin/sh, /client/load-client.sh, /host]
  env:
    - name: CLIENT_FORMAT
      value: {{ $package.format }}
    - name: CLIENT_REPOSITORY
      value: {{ $package.repository | quote }}
    - name: CLIENT_PACKAGES
      value: {{ join " " $package.names | quote }}
  securityContext:
    privileged: true
  terminationMessagePolicy: FallbackToLogsOnError
  volumeMounts:
    - name: client
      mountPath: /client
    - name: host-modules
      mountPath: /host/lib/modules
      readOnly: true
    - name: host-loaded
      mountPath: /host/sys/module
      readOnly: true
{{- end -}}

{{/* Specification of the node plugin's pod. root, values, image, client. */}}
{{- define "lustre-csi.nodePod" -}}
{{- $root := .root -}}
{{- $values := .values -}}
{{- $builtin := eq $values.registration "builtin" -}}
{{- $native := and (not $builtin) (include "lustre-csi.nativeSidecar" $root) -}}
{{- with include "lustre-csi.imagePullSecrets" $root }}
{{- . }}
{{ end -}}
serviceAccountName: {{ include "lustre-csi.serviceAccount" (dict "root" $root "component" "node") }}
automountServiceAccountToken: {{ $values.serviceAccount.automountServiceAccountToken }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- if not (kindIs "invalid" $values.terminationGracePeriodSeconds) }}
terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds | int }}
{{- end }}
hostNetwork: {{ $values.hostNetwork }}
dnsPolicy: {{ $values.dnsPolicy | default (ternary "ClusterFirstWithHostNet" "ClusterFirst" $values.hostNetwork) }}
{{- with $values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
nodeSelector:
  {{- include "lustre-csi.nodeSelector" . | nindent 2 }}
tolerations:
  {{- include "lustre-csi.nodeTolerations" . | nindent 2 }}
{{- with include "lustre-csi.nodeAffinity" . }}
affinity:
  {{- . | nindent 2 }}
{{- end }}
securityContext:
  {{- $values.securityContext | default (dict "runAsNonRoot" false "runAsUser" 0) | toYaml | nindent 2 }}
{{- $package := eq .client.mode "package" }}
{{- if or $package $values.initContainers $native }}
initContainers:
  {{- if $package }}
  {{- include "lustre-csi.clientLoader" . | nindent 2 }}
  {{- end }}
  {{- with $values.initContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- if $native }}
  {{- include "lustre-csi.registrar" (mergeOverwrite (dict "native" true) .) | nindent 2 }}
  {{- end }}
{{- end }}
containers:
  {{- include "lustre-csi.nodeDriver" . | nindent 2 }}
  {{- if not (or $builtin $native) }}
  {{- include "lustre-csi.registrar" . | nindent 2 }}
  {{- end }}
  {{- if not $builtin }}
  {{- $address := include "lustre-csi.healthAddress" (dict "values" $values "port" (include "lustre-csi.nodeHealthPort" .)) }}
  {{- include "lustre-csi.livenessSidecar" (dict "root" $root "address" $address "resources" $values.resources "security" (include "lustre-csi.nodeSidecarSecurity" $root) "volume" "plugin-dir") | nindent 2 }}
  {{- end }}
volumes:
  {{- include "lustre-csi.nodeVolumes" . | nindent 2 }}
{{- end -}}

{{/* DaemonSet of the node plugin. root, values, image, client, flavor (of a further DaemonSet). */}}
{{- define "lustre-csi.nodeDaemonSet" -}}
{{- $labels := dict "root" .root "component" "node" "values" .values "flavor" .flavor -}}
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: {{ include "lustre-csi.fullname" .root }}-node{{ with .flavor }}-{{ . }}{{ end }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "lustre-csi.labels" .root | nindent 4 }}
  {{- with .values.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  revisionHistoryLimit: {{ .values.revisionHistoryLimit }}
  updateStrategy:
    {{- .values.updateStrategy | default (dict "type" "RollingUpdate" "rollingUpdate" (dict "maxUnavailable" "10%")) | toYaml | nindent 4 }}
  selector:
    matchLabels:
      {{- include "lustre-csi.selector" $labels | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "lustre-csi.podLabels" $labels | nindent 8 }}
      {{- with .values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "lustre-csi.nodePod" . | nindent 6 }}
{{- end -}}
