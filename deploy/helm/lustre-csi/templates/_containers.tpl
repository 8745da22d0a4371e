{{/* Arguments of the chart, then those of the user. A flag of the user replaces the chart's: no flag is given twice.
     chart, user. */}}
{{- define "lustre-csi.args" -}}
{{- $given := list -}}
{{- range .user -}}{{- $given = append $given (regexReplaceAll "^--?([^=]+).*$" . "$1") -}}{{- end -}}
{{- $args := list -}}
{{- range .chart -}}
{{- if not (has (regexReplaceAll "^--?([^=]+).*$" . "$1") $given) -}}{{- $args = append $args . -}}{{- end -}}
{{- end -}}
{{- toYaml (concat $args .user) -}}
{{- end -}}

{{/* Flags of logs and of both modes. root, values. */}}
{{- define "lustre-csi.commonArgs" -}}
- --mode={{ .values.mode }}
- --logging-format={{ .values.loggingFormat }}
- --v={{ .values.logLevel }}
- --shutdown-grace-seconds={{ .root.Values.shutdownGraceSeconds | int }}
{{- with .root.Values.mountOptionsAllow }}
- --mount-options-allow={{ join "," . }}
{{- end }}
{{- if .root.Values.events.enabled }}
- --events
{{- end }}
{{- if .root.Values.tracing.enabled }}
- --tracing
{{- end }}
{{- with include "lustre-csi.topologyZone" .root }}
- --topology-zone={{ . }}
{{- end }}
{{- end -}}

{{/* Security context of containers without privileges. */}}
{{- define "lustre-csi.unprivileged" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Sidecars beside the socket of the node plugin, whose directory is root's. SELinux lets only privileged ones reach it. */}}
{{- define "lustre-csi.nodeSidecarSecurity" -}}
{{- if .Values.openshift.enabled -}}
privileged: true
readOnlyRootFilesystem: true
{{- else -}}
{{ include "lustre-csi.unprivileged" . }}
{{- end -}}
{{- end -}}

{{/* Fields that all sidecars have. root, sidecar, resources, security. */}}
{{- define "lustre-csi.sidecarFields" -}}
image: {{ include "lustre-csi.image" (dict "root" .root "image" .sidecar.image) }}
imagePullPolicy: {{ .sidecar.image.pullPolicy }}
securityContext:
  {{- .sidecar.securityContext | default (fromYaml .security) | toYaml | nindent 2 }}
{{- with .sidecar.resources | default .resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .sidecar.env }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
terminationMessagePolicy: FallbackToLogsOnError
{{- end -}}

{{/* A sidecar that elects a leader. root, key, name, more (arguments). */}}
{{- define "lustre-csi.leaderSidecar" -}}
{{- $sidecar := index .root.Values.sidecars .key -}}
{{- $controller := .root.Values.controller -}}
{{- $port := $sidecar.httpPort | int -}}
{{- $args := concat (list
      "--csi-address=/csi/csi.sock"
      (printf "--v=%v" $sidecar.logLevel)
      (printf "--timeout=%s" (include "lustre-csi.timeout" .root))
      (printf "--http-endpoint=:%d" $port)
      "--leader-election=true"
      (printf "--leader-election-namespace=%s" .root.Release.Namespace)
      (printf "--leader-election-lease-duration=%s" $controller.leaderElectionLeaseDuration)
      (printf "--leader-election-renew-deadline=%s" $controller.leaderElectionRenewDeadline)
      (printf "--leader-election-retry-period=%s" $controller.leaderElectionRetryPeriod)
    ) .more -}}
- name: csi-{{ .name }}
  {{- include "lustre-csi.sidecarFields" (dict "root" .root "sidecar" $sidecar "resources" $controller.resources "security" (include "lustre-csi.unprivileged" .root)) | nindent 2 }}
  args:
    {{- include "lustre-csi.args" (dict "chart" $args "user" $sidecar.additionalArgs) | nindent 4 }}
  ports:
    - name: {{ .name }}
      containerPort: {{ $port }}
      protocol: TCP
  livenessProbe:
    httpGet:
      path: /healthz/leader-election
      port: {{ .name }}
    initialDelaySeconds: 10
    periodSeconds: 20
    timeoutSeconds: 10
  volumeMounts:
    - name: socket-dir
      mountPath: /csi
{{- end -}}

{{/* Whether the pod of the controller runs as root: to mount, or to read azure.json, which is root's. */}}
{{- define "lustre-csi.controllerIsRoot" -}}
{{- if or (include "lustre-csi.directories" .) (eq (include "lustre-csi.azureConfig" .) "hostPath") -}}true{{- end -}}
{{- end -}}

{{/* livenessprobe: serves the health of the driver beside it. root, address, resources, security, volume. */}}
{{- define "lustre-csi.livenessSidecar" -}}
{{- $sidecar := .root.Values.sidecars.livenessProbe -}}
- name: liveness-probe
  {{- include "lustre-csi.sidecarFields" (dict "root" .root "sidecar" $sidecar "resources" .resources "security" .security) | nindent 2 }}
  args:
    {{- $args := list "--csi-address=/csi/csi.sock" (printf "--v=%v" $sidecar.logLevel) (printf "--probe-timeout=%s" $sidecar.probeTimeout) (printf "--http-endpoint=%s" .address) }}
    {{- include "lustre-csi.args" (dict "chart" $args "user" $sidecar.additionalArgs) | nindent 4 }}
  volumeMounts:
    - name: {{ .volume }}
      mountPath: /csi
{{- end -}}

{{/* Request of a health probe. On the network of the node, health is served on its loopback address. path, port, hostNetwork. */}}
{{- define "lustre-csi.healthRequest" -}}
{{- if .hostNetwork -}}
host: 127.0.0.1
{{ end -}}
path: {{ .path }}
port: {{ .port }}
{{- end -}}

{{/* Probe of health by HTTP. probe, port, hostNetwork. */}}
{{- define "lustre-csi.livenessProbe" -}}
livenessProbe:
  httpGet:
    {{- include "lustre-csi.healthRequest" (dict "path" "/healthz" "port" .port "hostNetwork" .hostNetwork) | nindent 4 }}
  {{- toYaml .probe | nindent 2 }}
{{- end -}}
